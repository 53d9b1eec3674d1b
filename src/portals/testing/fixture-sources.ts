import type { Source } from '../../record/wire.ts'

export const now = '2026-11-23T13:05:00Z'
const dayMs = 86_400_000
export const before = (days: number) => new Date(Date.parse(now) - days * dayMs).toISOString()
export const dateBefore = (days: number) => before(days).slice(0, 10)

export const clinic = 'Дом здравља Звездара'
export const hospital = 'КБЦ Земун'
export const laboratory = 'Институт „Батут“, лабораторија'
export const institutions = [clinic, hospital, laboratory, 'Универзитетски клинички центар Србије']

let serial = 0
export function source(institution: string, at: string, type: string, version = 1): Source {
  serial++
  return {
    resource: `${type}/f${serial.toString(16).padStart(6, '0')}`,
    version,
    institution,
    author: institution === laboratory ? null : 'др Ана Јовић',
    at,
    receivedAt: at.includes('T') ? at : `${at}T09:20:31Z`,
  }
}

/** Every overview numbers its entries from the beginning, so that two overviews are equal. */
export function startNumbering(): void {
  serial = 0
}
