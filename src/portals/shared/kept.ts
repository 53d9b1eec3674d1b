// Settings that a browser keeps for its user: language, theme, density. Never anything about a patient.

const prefix = 'spona.'

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name)
  } catch {
    return null // Storage may be switched off; the portal then has no kept settings.
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value)
  } catch {
    // Storage may be switched off: the setting then works until the page is closed.
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(prefix + name)
  } catch {
    // Storage may be switched off.
  }
}
