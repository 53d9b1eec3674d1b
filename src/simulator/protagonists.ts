// The first households of every country, with the people that demonstrations and tests look for. Everything else about them is drawn.

import type { Sex, Story } from './person.ts'

export type Role = {
  given: string
  family: string
  maidenFamily?: string
  sex: Sex
  age: number
  story: Story
}

type Protagonist = 'largest' | 'namesake' | 'anaphylaxis' | 'child' | 'unrecorded' | 'patient'

const story = (courses: Story['courses'], rest: Partial<Story> = {}): Story => ({ courses, allergies: 'drawn', certain: [], intensity: 1, ...rest })

/** The order gives the index of the person: `protagonists.largest` is person 0. */
export const households: readonly (readonly Role[])[] = [
  [
    {
      given: 'Живорад',
      family: 'Ђорђевић',
      sex: 'male',
      age: 71,
      story: story(
        { I10: 48, 'E11.9': 50, 'E78.0': 52, 'I48.9': 63, 'N18.5': 66, 'I50.9': 67, N40: 64, 'H25.9': 68 },
        { allergies: ['contrast'], certain: ['I21.9', 'J18.9'], intensity: 2.2 },
      ),
    },
    {
      given: 'Љубица',
      family: 'Његовановић',
      maidenFamily: 'Љубић',
      sex: 'female',
      age: 66,
      story: story({ I10: 55, 'E03.9': 49, 'M81.9': 63 }, { certain: ['K80.2'], intensity: 0.6 }),
    },
  ],
  [
    {
      given: 'Џана',
      family: 'Џакула',
      maidenFamily: 'Џајић',
      sex: 'female',
      age: 34,
      story: story({ 'J45.9': 19 }, { allergies: ['penicillin', 'nuts'], intensity: 0.7 }),
    },
    { given: 'Немања', family: 'Џакула', sex: 'male', age: 37, story: story({}, { allergies: [], intensity: 0.5 }) },
    { given: 'Дуња', family: 'Џакула', sex: 'female', age: 6, story: story({}, { allergies: ['pollen'], certain: ['H66.9'], intensity: 0.6 }) },
  ],
  [
    {
      given: 'Милан',
      family: 'Петровић',
      sex: 'male',
      age: 45,
      story: story({ 'M54.5': 38, 'E78.0': 43 }, { allergies: 'not-recorded', certain: ['S52.5'], intensity: 0.6 }),
    },
  ],
  [
    {
      given: 'Снежана',
      family: 'Ђурић',
      maidenFamily: 'Чолаковић',
      sex: 'female',
      age: 58,
      story: story(
        { I10: 47, 'E11.9': 51, 'E78.0': 51, 'F32.1': 55, 'C50.9': 55 },
        {
          ...{ allergies: ['iodine'], certain: ['K35.8'], intensity: 0.9 },
          recent: [
            { daysAgo: 40, code: 'E11.9', hasReport: true },
            { daysAgo: 17, code: 'I10', hasReport: false },
            { daysAgo: 4, code: 'I10', hasReport: true },
          ],
        },
      ),
    },
    {
      given: 'Драган',
      family: 'Ђурић',
      sex: 'male',
      age: 61,
      story: story({ I10: 50, 'J44.9': 55, 'M54.5': 50 }, { allergies: [], certain: ['I63.9'], intensity: 0.6 }),
    },
  ],
]

export const protagonists: Record<Protagonist, number> = {
  largest: 0,
  namesake: 1,
  anaphylaxis: 2,
  child: 4,
  unrecorded: 5,
  patient: 6,
}
