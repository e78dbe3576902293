"""Transcripts of single videos, or of the newest videos of a channel.

The transcripts are found by PyPI `youtube-transcript-api`, which follows YouTube's changes; its requests go through the
desk's own guarded client, and only to YouTube. Without the package, the source says so.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from msgspec import Struct, structs

from cryptodesk.core.errors import UpstreamError, UpstreamUnavailable
from cryptodesk.documents.fetching import FetchPolicy, Page, PageRequest
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.sources.rss import fetch_feed
from cryptodesk.documents.store.records import Problem, Subscription, SyncState

__all__ = ["SOURCE", "Transcript", "to_documents"]

BASE_URL = "https://www.youtube.com"
_LANGUAGES = ("en", "en-US", "en-GB", "de", "es", "fr", "pt", "it", "ko", "ja", "zh-Hans", "zh", "ru", "tr", "vi")
POLICY = FetchPolicy(
    allowed_hosts=frozenset({"www.youtube.com", "youtube.com"}), max_bytes=6_000_000, timeout_seconds=40.0
)
_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
_VIDEO_LINK = re.compile(r"(?:[?&]v=|youtu\.be/|/shorts/|/live/|/embed/)([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])")
# What the library raises, in words for the status.
_REASONS = {
    "AgeRestricted": "may be seen by grown-ups with an account only",
    "NoTranscriptFound": "has no transcript in a language we ask for",
    "TranscriptsDisabled": "has no transcript",
    "VideoUnavailable": "is not there any more",
    "VideoUnplayable": "cannot be played",
}
_MOST_NEW_VIDEOS = 5
_MOST_REMEMBERED = 200
_PARAGRAPH_CHARACTERS = 600
_CAPTIONS_COME_WITHIN = timedelta(days=3)


class Transcript(Struct, frozen=True):
    """What is said, piece by piece. `is_generated` says that a machine wrote it down."""

    pieces: tuple[str, ...]
    language: str
    is_generated: bool


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    """A video once; of a channel, the videos that are new, a few at a time."""
    _require_library()
    kind, _, name = subscription.address.partition(":")
    if kind == "video":
        if subscription.state.cursor == name:
            return Fetched(state=subscription.state, is_unchanged=True)
        single = RawDocument(key=name, url=f"{BASE_URL}/watch?v={name}", title="", text="")
        return await _transcribe([single], context, SyncState(cursor=name))
    feed = await fetch_feed(
        structs.replace(subscription, state=SyncState()), context,
        f"{context.base_url or BASE_URL}/feeds/videos.xml?channel_id={name}", POLICY,
    )  # fmt: skip
    seen = (subscription.state.cursor or "").split()
    found = [video for document in feed.documents if (video := _video(document)) is not None]
    chosen = [video for video in found if video.key not in seen][:_MOST_NEW_VIDEOS]
    brought = await _transcribe(chosen, context, SyncState())
    done = {document.key for document in brought.documents} | {video.key for video in chosen if _is_old(video, context)}
    state = SyncState(cursor=" ".join([*sorted(done), *seen][:_MOST_REMEMBERED]))
    return structs.replace(brought, state=state, title=feed.title)


def _is_old(video: RawDocument, context: FetchContext) -> bool:
    """Captions come some time after the video; one that has none after days gets none."""
    return video.published_at is None or context.now - video.published_at > _CAPTIONS_COME_WITHIN


def _video(document: RawDocument) -> RawDocument | None:
    found = _VIDEO_LINK.search(document.url or "")
    if found is None:
        return None
    return structs.replace(document, key=found[1], url=f"{BASE_URL}/watch?v={found[1]}")


async def _transcribe(videos: Sequence[RawDocument], context: FetchContext, state: SyncState) -> Fetched:
    documents: list[RawDocument] = []
    problems: list[Problem] = []
    for video in videos:
        try:
            transcript = await _load_transcript(video.key, context)
        except _Unwilling as error:
            problems.append(Problem(video.title[:80] or video.key, str(error)))
        else:
            title = video.title or await _title_of(video.key, context)
            documents.append(to_documents(structs.replace(video, title=title), transcript))
    return Fetched(documents=documents, problems=tuple(problems), state=state)


def to_documents(video: RawDocument, transcript: Transcript) -> RawDocument:
    """The video with what is said in it, in paragraphs."""
    return structs.replace(
        video,
        title=video.title or f"Video {video.key}",
        text="\n\n".join(_paragraphs(transcript.pieces)),
        is_markup=False,
        publisher=f"YouTube: {video.author}" if video.author else "YouTube",
        language=transcript.language,
        topics=("machine transcript",) if transcript.is_generated else (),
    )


def _paragraphs(pieces: Sequence[str]) -> list[str]:
    paragraphs, words = [], ""
    for piece in pieces:
        words = f"{words} {' '.join(piece.split())}".strip()
        if len(words) >= _PARAGRAPH_CHARACTERS:
            paragraphs.append(words)
            words = ""
    return [*paragraphs, words] if words else paragraphs


async def _title_of(video_id: str, context: FetchContext) -> str:
    """By the interface that sites use to show a video; empty if it does not say."""
    request = PageRequest(
        f"{context.base_url or BASE_URL}/oembed",
        params=(("url", f"{BASE_URL}/watch?v={video_id}"), ("format", "json")),
    )
    try:
        found = json.loads((await context.fetch(request, POLICY)).body)
    except (UpstreamError, ValueError):
        return ""
    return str(found.get("title", "")) if isinstance(found, dict) else ""


class _Unwilling(Exception):
    """There is no transcript to be had of this video; the message says why."""


async def _load_transcript(video_id: str, context: FetchContext) -> Transcript:
    """Raises: _Unwilling; UpstreamError if YouTube cannot be reached."""
    loop = asyncio.get_running_loop()
    http = _Http(context, loop)
    return await asyncio.to_thread(_ask_library, video_id, http)


def _ask_library(video_id: str, http: _Http) -> Transcript:
    # An optional package: without it only this source is missing.
    from youtube_transcript_api import (  # noqa: PLC0415
        CouldNotRetrieveTranscript,
        RequestBlocked,
        YouTubeTranscriptApi,
    )

    try:
        listed = YouTubeTranscriptApi(http_client=http).list(video_id)  # type: ignore[arg-type]
        codes = [found.language_code for found in listed]
        found = listed.find_transcript([*_LANGUAGES, *codes]).fetch()
    except RequestBlocked:
        raise UpstreamUnavailable("youtube does not let this machine's address in", upstream="youtube") from None
    except CouldNotRetrieveTranscript as error:
        raise _Unwilling(_REASONS.get(type(error).__name__, "its transcript could not be had")) from None
    except (ValueError, LookupError, TypeError, AttributeError, SyntaxError):
        raise _Unwilling("YouTube answered in another form than expected") from None
    return Transcript(tuple(piece.text for piece in found), found.language_code, found.is_generated)


class _Http:
    """As much of a `requests` session as the library uses, over the desk's own client."""

    def __init__(self, context: FetchContext, loop: asyncio.AbstractEventLoop) -> None:
        self.headers: dict[str, str] = {}
        self.cookies = _Cookies()
        self._context = context
        self._loop = loop

    def get(self, url: str) -> _Response:
        return self._send(PageRequest(self._placed(url), headers=self._sent_headers()))

    def post(self, url: str, json: Mapping[str, Any]) -> _Response:
        headers = (*self._sent_headers(), ("Content-Type", "application/json"))
        return self._send(PageRequest(self._placed(url), method="POST", body=_dump(json), headers=headers))

    def _send(self, request: PageRequest) -> _Response:
        waiting = asyncio.run_coroutine_threadsafe(self._context.fetch(request, POLICY), self._loop)
        return _Response(waiting.result(timeout=2 * POLICY.timeout_seconds))

    def _placed(self, url: str) -> str:
        base = self._context.base_url
        return base + url.removeprefix(BASE_URL) if base and url.startswith(BASE_URL) else url

    def _sent_headers(self) -> tuple[tuple[str, str], ...]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return (*self.headers.items(), *((("Cookie", cookies),) if cookies else ()))


class _Cookies(dict[str, str]):
    def set(self, name: str, value: str, **_: object) -> None:
        self[name] = value


class _Response:
    def __init__(self, page: Page) -> None:
        self.status_code = page.status
        self.text = page.body.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        """Failures were raised by the client already."""

    def json(self) -> Any:
        return json.loads(self.text)


def _dump(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _require_library() -> None:
    if find_spec("youtube_transcript_api") is None:
        raise UpstreamUnavailable("youtube is off: it needs the package youtube-transcript-api", upstream="youtube")


def parse_address(text: str) -> str:
    typed = text.strip()
    link = _VIDEO_LINK.search(typed)
    if link is not None:
        return f"video:{link[1]}"
    name = typed.removeprefix("video:")
    if _VIDEO.fullmatch(name):
        return f"video:{name}"
    channel = re.search(r"(?:^|/channel/|channel:|channel_id=)(UC[A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])", typed)
    if channel is not None and _CHANNEL.fullmatch(channel[1]):
        return f"channel:{channel[1]}"
    raise ValueError(f"expected the address of a video, or a channel's id that begins with UC, got {text[:80]!r}")


SOURCE = Source(
    name="youtube",
    title="YouTube transcripts",
    expects="a video, or a channel's id",
    document_type="video_transcript",
    interval_seconds=6 * 3600,
    fetch=fetch,
    parse_address=parse_address,
    per_day=100,
    terms="https://www.youtube.com/t/terms",
)
