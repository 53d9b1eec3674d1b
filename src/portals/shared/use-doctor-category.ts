import { useData, useSay } from './language.tsx'
import { doctorCategories } from './words.ts'

/** `1` → general practice; a category that already is a word stays as it came. */
export function useDoctorCategory(): (category: string) => string {
  const say = useSay()
  const data = useData()
  return (category) => {
    const known = doctorCategories[category as unknown as keyof typeof doctorCategories]
    return known ? say(known) : data(category)
  }
}
