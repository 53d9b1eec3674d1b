import { useData, useSay } from './language.tsx'
import { doctorCategories } from './words.ts'

/** The word for a category: `1` → general practice. A category that is a word already is shown unchanged. */
export function useDoctorCategory(): (category: string) => string {
  const say = useSay()
  const data = useData()
  return (category) => {
    const known = doctorCategories[category as unknown as keyof typeof doctorCategories]
    return known ? say(known) : data(category)
  }
}
