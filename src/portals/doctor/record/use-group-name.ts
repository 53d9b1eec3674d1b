import { useData, useSay } from '../../shared/language.tsx'
import { messages } from '../../shared/message.ts'

/** Words for HL7's categories of observations (`observation-category`). A laboratory's own group names are shown unchanged. */
const groups = messages({
  laboratory: { sr: 'Лабораторија', en: 'Laboratory' },
  'vital-signs': { sr: 'Витални знаци', en: 'Vital signs' },
  imaging: { sr: 'Снимања', en: 'Imaging' },
  procedure: { sr: 'Интервенције', en: 'Procedures' },
  survey: { sr: 'Упитници', en: 'Questionnaires' },
  exam: { sr: 'Преглед', en: 'Examination' },
  'social-history': { sr: 'Навике и околности', en: 'Habits and circumstances' },
  activity: { sr: 'Активност', en: 'Activity' },
  therapy: { sr: 'Терапија', en: 'Therapy' },
  other: { sr: 'Остало', en: 'Other' },
})

export function useGroupName(): (group: string) => string {
  const say = useSay()
  const data = useData()
  return (group) => {
    const known = groups[group as keyof typeof groups]
    return known ? say(known) : data(group)
  }
}
