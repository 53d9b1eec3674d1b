import { Problem } from './problem.ts'
import type { NearValue } from './search.ts'

/**
 * The distance when none is given, enough for a town and its surroundings: "If the distance is omitted, the server can use its own discretion"
 * (https://hl7.org/fhir/R4/location.html#positional).
 */
const usualKm = 10
const kmOf: Record<string, number> = { km: 1, m: 0.001, '[mi_i]': 1.609344, mi: 1.609344, '[ft_i]': 0.0003048, '[nmi_i]': 1.852 }
const numberForm = /^[+-]?\d{1,3}(?:\.\d{1,15})?$/

/** Reads `latitude|longitude|distance|unit`; the unit is kilometres when none is given. */
export function nearValue(parts: string[]): NearValue | Problem {
  const hint = 'Write latitude|longitude|distance|unit, for example 44.81|20.46|5|km.'
  const [latitudeText = '', longitudeText = '', distanceText = '', unit = 'km'] = parts
  if (parts.length < 2 || parts.length > 4 || !numberForm.test(latitudeText) || !numberForm.test(longitudeText)) {
    return new Problem('value', 'is not a position', hint)
  }
  const [latitude, longitude] = [Number(latitudeText), Number(longitudeText)]
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return new Problem('value', 'is not a position on the earth', hint)
  const km = kmOf[unit === '' ? 'km' : unit]
  if (km === undefined) return new Problem('value', 'has a unit that is not supported', `Use one of: ${Object.keys(kmOf).join(', ')}.`)
  if (distanceText === '') return { latitude, longitude, km: usualKm }
  if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(distanceText)) return new Problem('value', 'has a distance that is not a number', hint)
  return { latitude, longitude, km: Number(distanceText) * km }
}

const earthKm = 6371.0088
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** The distance along the great circle, by the haversine formula. */
export function distanceKm(a: { latitude: number; longitude: number }, b: { latitude: number; longitude: number }): number {
  const [from, to] = [radians(a.latitude), radians(b.latitude)]
  const half = Math.sin((to - from) / 2) ** 2 + Math.cos(from) * Math.cos(to) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(half)))
}
