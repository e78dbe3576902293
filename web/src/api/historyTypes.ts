// The wire of /v1/history as docs/web-app.md describes it.

export interface KeptConversation {
  id: string;
  sequence: number;
  is_deleted: boolean;
  title?: string;
  created_at?: number;
  updated_at?: number;
  renamed_at?: number;
  head_id?: string | null;
  messages?: number;
}

export interface ConversationList {
  data: KeptConversation[];
  has_more: boolean;
  next: number | null;
  latest: number;
  /** Another one where the numbers began anew; empty where the desk has nothing yet. */
  epoch: string;
  key_id: string;
  size: number;
  most_size: number;
}

export interface KeptMessage {
  revision: number;
  sequence: number;
  message: unknown;
}

export interface ConversationMessages extends KeptConversation {
  data: KeptMessage[];
  has_more: boolean;
}

export interface ConversationMerge {
  title: string;
  created_at: number;
  updated_at: number;
  renamed_at: number;
  head_id: string | null;
  messages: { revision: number; message: unknown }[];
  restore?: boolean;
}

export interface MergedConversation extends KeptConversation {
  is_new: boolean;
  before: number;
}
