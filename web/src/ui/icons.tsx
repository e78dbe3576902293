// Line icons of one weight on a 20-unit grid; they take the colour and size of the text beside them.
import type { ReactNode } from "react";

function icon(path: ReactNode) {
  return function Icon() {
    return (
      <svg className="icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
        {path}
      </svg>
    );
  };
}

export const PlusIcon = icon(<path d="M10 4v12M4 10h12" />);
export const SearchIcon = icon(<path d="M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.5 13.5 17 17" />);
export const SendIcon = icon(<path d="M10 16V4M5 9l5-5 5 5" />);
export const StopIcon = icon(<rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />);
export const MenuIcon = icon(<path d="M3 5h14M3 10h14M3 15h14" />);
export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const CopyIcon = icon(<path d="M7 7h9v9H7zM4 13V4h9" />);
export const CheckIcon = icon(<path d="m4 10.5 4 4 8-9" />);
export const RetryIcon = icon(<path d="M16 4v4h-4M15.6 8A6 6 0 1 0 16 11.5" />);
export const EditIcon = icon(<path d="m4 16 .8-3.6L13.2 4l2.8 2.8-8.4 8.4L4 16Z" />);
export const TrashIcon = icon(<path d="M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6" />);
export const LeftIcon = icon(<path d="m12 5-5 5 5 5" />);
export const RightIcon = icon(<path d="m8 5 5 5-5 5" />);
export const DownIcon = icon(<path d="m5 8 5 5 5-5" />);
export const MoreIcon = icon(
  <g fill="currentColor" stroke="none">
    <circle cx="4.5" cy="10" r="1.4" />
    <circle cx="10" cy="10" r="1.4" />
    <circle cx="15.5" cy="10" r="1.4" />
  </g>,
);
export const DownloadIcon = icon(<path d="M10 3v9M6 9l4 4 4-4M4 16h12" />);
export const UploadIcon = icon(<path d="M10 13V4M6 8l4-4 4 4M4 16h12" />);
export const DataIcon = icon(<path d="M4 5.5C4 4 6.7 3 10 3s6 1 6 2.5S13.3 8 10 8 4 7 4 5.5ZM4 5.5v9C4 16 6.7 17 10 17s6-1 6-2.5v-9M4 10c0 1.5 2.7 2.5 6 2.5s6-1 6-2.5" />);
export const UsageIcon = icon(<path d="M4 16V9M8 16V4M12 16v-5M16 16V7" />);
export const ChatIcon = icon(<path d="M4 4h12v9H9l-3.5 3v-3H4z" />);
export const KeyIcon = icon(<path d="M7 15a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM9.6 9.2 16 3M13 6l2.2 2.2" />);
export const CodeIcon = icon(<path d="m7 6-4 4 4 4M13 6l4 4-4 4" />);
export const SunIcon = icon(<path d="M10 13.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM10 2.5v1.6M10 15.9v1.6M2.5 10h1.6M15.9 10h1.6M4.7 4.7l1.1 1.1M14.2 14.2l1.1 1.1M4.7 15.3l1.1-1.1M14.2 5.8l1.1-1.1" />);
export const MoonIcon = icon(<path d="M16 11.5A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.5Z" />);
export const ScreenIcon = icon(<path d="M3 4.5h14v9H3zM7.5 16.5h5M10 13.5v3" />);
export const WarnIcon = icon(<path d="M10 3.5 2.8 16h14.4L10 3.5ZM10 8.5v3.4M10 14v.1" />);
export const CloudIcon = icon(<path d="M6 15.5a3.5 3.5 0 0 1-.4-7A4.6 4.6 0 0 1 14.5 9a3.3 3.3 0 0 1-.3 6.5H6Z" />);
export const OfflineIcon = icon(<path d="M3 3l14 14M5.5 9.5a7 7 0 0 1 2-1.2M14.5 9.5a7 7 0 0 0-4-1.7M8 12.5a3.2 3.2 0 0 1 4 0M10 15.5v.1" />);
export const ResearchIcon = icon(<path d="M8 3h4M9 3v4.5L4.5 15c-.5 1 .1 2 1.2 2h8.6c1.1 0 1.7-1 1.2-2L11 7.5V3M6.8 12h6.4" />);
