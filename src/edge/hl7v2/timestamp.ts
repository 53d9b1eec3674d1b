/** A moment as HL7 writes it, in UTC: the zone is always said. */
export function timestamp(at: Date): string {
  return `${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}+0000`
}
