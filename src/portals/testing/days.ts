import type { Locator, Page } from 'playwright-core'

/** The field for a day with this label, which is a group of parts. */
export const dayField = (within: Page | Locator, label: string): Locator => within.getByRole('group', { name: label, exact: true })

/** The day in the field as the reader sees it: `03.11.2026.` */
export const dayShown = async (field: Locator): Promise<string> => (await field.innerText()).replace(/\n/g, '').replace(/\u00a0/g, ' ')

/** Types a day over the one in the field, as it is written: `3.11.2026`. */
export async function typeDay(field: Locator, day: string): Promise<void> {
  await field.getByRole('spinbutton').first().focus()
  await field.page().keyboard.type(day)
}
