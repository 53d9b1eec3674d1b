// What a browser keeps for its user: language, theme, density. Never anything about a patient.

const prefix = 'spona.'

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name)
  } catch {
    return null // Storage may be switched off; the portal then simply forgets.
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value)
  } catch {
    // As above: a choice that cannot be kept still works until the page is closed.
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(prefix + name)
  } catch {
    // As above.
  }
}
