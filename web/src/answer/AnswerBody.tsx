// One answer: its text with marks and citations, charts, and everything that stands behind it.
import { lazy, memo, Suspense, useCallback, useMemo, useState } from "react";
import type { AnswerExtra, CheckedFigure } from "../api/types";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import "./answer.css";
import "./cards.css";
import "./facts.css";
import "./tables.css";
import { AssetChips } from "./AssetChips";
import { CitationCard } from "./CitationCard";
import { Clarification, RelatedQuestions } from "./Choices";
import { DataLabels } from "./DataLabels";
import { Facts } from "./Facts";
import { FigureCard } from "./FigureCard";
import { HoverCard } from "./HoverCard";
import { dataLabels } from "./labels";
import { Markdown } from "./Markdown";
import { spansOf } from "./offsets";
import { useMarks } from "./preferences";
import { figuresOf, sourcesOf } from "./sources";
import { useHover, type Looked } from "./useHover";

const ChartPanel = lazy(() => import("../charts/ChartPanel").then((module) => ({ default: module.ChartPanel })));

export interface AnswerBodyProps {
  text: string;
  extra: AnswerExtra;
  isStreaming: boolean;
  onAsk: (question: string) => void;
  onClarify: (choice: string) => void;
  /** The question that was answered; a rival is put into its place in it. */
  question?: string;
}

const NO_FIGURES: readonly CheckedFigure[] = [];

export const AnswerBody = memo(function AnswerBody({ text, extra, isStreaming, onAsk, onClarify, question }: AnswerBodyProps) {
  const [areMarksOn] = useMarks();
  const [wanted, setWanted] = useState<{ callId: string } | null>(null);
  const { looked, handlers, stay, leave, close } = useHover();
  const figures = extra.verification?.figures ?? NO_FIGURES;
  const sources = sourcesOf(extra);
  const labels = useMemo(() => dataLabels(extra, Date.now()), [extra]);
  const openCall = useCallback(
    (callId: string) => {
      close();
      setWanted({ callId });
    },
    [close],
  );
  const isClarifying = extra.research?.status === "clarification";
  return (
    <div className="answer-body" {...handlers}>
      <AssetChips assets={extra.resolution ?? []} question={question} onAsk={onAsk} />
      {!isStreaming && <DataLabels labels={labels} />}
      <Markdown text={text} figures={areMarksOn ? figures : NO_FIGURES} citations={sources} isStreaming={isStreaming} />
      {isClarifying && !isStreaming && <Clarification items={extra.research?.choices ?? []} onChoose={onClarify} />}
      <Charts extra={extra} />
      {!isStreaming && <Facts extra={extra} wanted={wanted} />}
      {!isStreaming && <RelatedQuestions items={extra.related ?? []} onChoose={onAsk} />}
      {looked && <LookedCard looked={looked} text={text} extra={extra} onOpenCall={openCall} onEnter={stay} onLeave={leave} onClose={close} />}
    </div>
  );
});

function Charts({ extra }: { extra: AnswerExtra }) {
  const charts = extra.charts ?? [];
  if (!charts.length) return null;
  return (
    <div className="answer-charts">
      {charts.map((chart) => (
        <ErrorBoundary key={chart.chart_id} fallback={<p className="quiet">The chart “{chart.title}” cannot be shown.</p>}>
          <Suspense fallback={<div className="chart-waiting" role="status" aria-label={`Loading the chart ${chart.title}`} />}>
            <ChartPanel chart={chart} />
          </Suspense>
        </ErrorBoundary>
      ))}
    </div>
  );
}

interface CardProps {
  looked: Looked;
  text: string;
  extra: AnswerExtra;
  onOpenCall: (callId: string) => void;
  onEnter: () => void;
  onLeave: () => void;
  onClose: () => void;
}

function LookedCard({ looked, text, extra, onOpenCall, ...rest }: CardProps) {
  const figures = extra.verification?.figures ?? NO_FIGURES;
  const figure = looked.kind === "figure" ? figures[looked.id] : undefined;
  const source = looked.kind === "cite" ? sourcesOf(extra).find((cited) => cited.citation_id === looked.id) : undefined;
  if (!figure && !source) return null;
  return (
    <HoverCard anchor={looked.anchor} isPinned={looked.isPinned} label={figure ? `About ${figure.text}` : `Source ${looked.id}`} {...rest}>
      {figure && <FigureCard figure={figure} provenance={extra.provenance ?? []} onOpenCall={onOpenCall} />}
      {source && <CitationCard source={source} quoted={figuresOf(source.citation_id, text, spansOf(text, figures))} />}
    </HoverCard>
  );
}
