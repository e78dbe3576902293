// Which asset each name of the question was taken for, and what else it may mean.
import type { ResolvedAsset } from "../api/types";
import { DownIcon } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { rivalChoices } from "./rivals";

interface Props {
  assets: readonly ResolvedAsset[];
  question: string | undefined;
  onAsk: (question: string) => void;
}

export function AssetChips({ assets, question, onAsk }: Props) {
  if (!assets.length) return null;
  return (
    <ul className="chips" aria-label="Assets understood">
      {assets.map((asset) => (
        <li key={`${asset.start}-${asset.asset_id}`}>
          <AssetChip asset={asset} question={question} onAsk={onAsk} />
          {asset.is_close_call && asset.warning && <span className="chip-warning">{asset.warning}</span>}
        </li>
      ))}
    </ul>
  );
}

function AssetChip({ asset, question, onAsk }: { asset: ResolvedAsset; question: string | undefined; onAsk: Props["onAsk"] }) {
  const choices = rivalChoices(asset, question);
  const text = (
    <>
      <strong>{asset.symbol}</strong> {asset.name}
      {asset.is_close_call && <span className="chip-doubt">unsure</span>}
    </>
  );
  const told = `“${asset.text}” was taken for ${asset.name} (${asset.symbol}), confidence ${Math.round(asset.confidence * 100)} %`;
  const title = asset.warning ? `${told}. ${asset.warning}` : told;
  const look = asset.is_close_call ? "chip chip-close" : "chip";
  if (!choices.length) {
    return (
      <span className={look} title={title}>
        {text}
      </span>
    );
  }
  const items = choices.map((choice) => ({ label: `Ask about ${choice.label}`, onSelect: () => onAsk(choice.question) }));
  return (
    <Menu label={`${title}. Choose another`} items={items} className={look}>
      {text}
      <DownIcon />
    </Menu>
  );
}
