import { useShortcuts } from '../shared/shortcuts.ts'

/** J and K move over the rows, Space selects, E marks as done. The link of the row has the focus, so Enter opens it. */
export function useRowKeys<Line>(lines: readonly Line[], { toggle, done }: { toggle?(line: Line): void; done?(line: Line): void }): void {
  const links = () => [...document.querySelectorAll<HTMLElement>('[data-row]')]
  const at = () => links().indexOf(document.activeElement as HTMLElement)
  const move = (by: number) => links()[Math.max(0, Math.min(links().length - 1, at() + by))]?.focus()
  const onRow = (act: (line: Line) => void) => () => {
    const line = lines[at()]
    if (line) act(line)
  }
  useShortcuts({
    KeyJ: () => move(1),
    KeyK: () => move(-1),
    ...(toggle ? { Space: onRow(toggle) } : {}),
    ...(done ? { KeyE: onRow(done) } : {}),
  })
}
