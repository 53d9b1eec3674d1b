/** How the visit dialog opens: by card (F8) or by number, perhaps for a person already found. */
export type Opened = { way?: 'card' | 'number'; name?: string }
