"""Pages that projects keep: what they are, and questions with answers. They are read anew at the start of a quarter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from cryptodesk.documents.records import Document, DocumentType
from cryptodesk.documents.simulated.documents import to_document
from cryptodesk.documents.simulated.draws import Draws
from cryptodesk.documents.simulated.grammar import expand
from cryptodesk.documents.simulated.plans import shown
from cryptodesk.documents.simulated.story import Project
from cryptodesk.documents.simulated.timetable import midnight
from cryptodesk.documents.simulated.wording import hostile, pages
from cryptodesk.documents.simulated.writing import Written, date_of

__all__ = ["HOSTILE_PAGE_EVERY", "quarter_of", "write_pages"]

# One project in so many has a page that somebody has tampered with.
HOSTILE_PAGE_EVERY = 50
_HOSTILE_PLACE = 17
_HOST = "projects.example.invalid"
_READ_WITHIN_SECONDS = 20 * 3_600
_FEWEST_DAYS, _MORE_DAYS = 20, 60
_QUESTIONS = 6


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def write_pages(seed: int, read_on: date, projects: Sequence[Project]) -> tuple[Document, ...]:
    """Two pages of each project that has them by then; young projects have none yet."""
    return tuple(page for place, project in enumerate(projects) for page in _pages(seed, read_on, place, project))


def _pages(seed: int, read_on: date, place: int, project: Project) -> Iterator[Document]:
    draws = Draws(seed, "pages", project.asset_id)
    published_at = midnight(project.since + timedelta(days=_FEWEST_DAYS + draws.index(_MORE_DAYS)))
    known_at = midnight(read_on) + timedelta(seconds=draws.index(_READ_WITHIN_SECONDS))
    if published_at > midnight(read_on):
        return
    moments = (published_at, known_at)
    about, is_tampered = _about(project, draws), place % HOSTILE_PAGE_EVERY == _HOSTILE_PLACE
    if is_tampered:
        told = {**_facts(project), "number": str(100 + draws.index(900))}
        about = f"{about}\n\n{draws.pick(hostile.HOSTILE_PAGES).format_map(told)}"
    name = shown(project.name)
    written: tuple[tuple[DocumentType, str, str], ...] = (
        ("web_page", f"About {name}", about),
        ("project_faq", f"{name} ({shown(project.symbol)}): FAQ", _faq(project, draws)),
    )
    for type_, title, text in written:
        page = _page(project, type_, title, text)
        yield to_document(
            f"sim-{seed}-{project.asset_id}-{page.topics[0]}",
            type_,
            page,
            moments,
            asset_ids=(project.asset_id,),
            is_clean=not is_tampered,
        )


def _page(project: Project, type_: DocumentType, title: str, text: str) -> Written:
    kind = "faq" if type_ == "project_faq" else "about"
    return Written(
        publisher=f"{shown(project.name)} (simulated project)",
        title=title,
        text=text,
        url=f"https://{_HOST}/{project.asset_id}/{kind}",
        topics=(kind,),
    )


def _facts(project: Project) -> dict[str, str]:
    symbol, sector, platform = shown(project.symbol), project.sector, project.platform
    return {
        "name": shown(project.name),
        "symbol": symbol,
        "since": date_of(project.since),
        "sector": f" in the field of {shown(sector).replace('-', ' ')}" if sector else "",
        "platform": f" and lives on {shown(platform)}" if platform else " on a network of its own",
        "home": f"On {shown(platform)}, as a token." if platform else f"{symbol} has a network of its own.",
    }


def _about(project: Project, draws: Draws) -> str:
    return "\n\n".join(expand(part, draws, _facts(project)) for part in pages.ABOUT)


def _faq(project: Project, draws: Draws) -> str:
    facts = _facts(project)
    first = draws.index(len(pages.FAQ))
    chosen = [pages.FAQ[0], *(pages.FAQ[1 + (first + place) % (len(pages.FAQ) - 1)] for place in range(_QUESTIONS))]
    return "\n\n".join(f"{expand(ask, draws, facts)}\n{expand(answer, draws, facts)}" for ask, answer in chosen)
