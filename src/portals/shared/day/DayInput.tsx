import { type CalendarDate, parseDate } from '@internationalized/date'
import { type ClipboardEvent, type FocusEvent, type Key, type KeyboardEvent, use, useEffect, useId, useRef, useState } from 'react'
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarMonthPicker,
  CalendarStateContext,
  CalendarYearPicker,
  DateField,
  DateFieldStateContext,
  DateInput,
  DateSegment,
  Dialog,
  DialogTrigger,
  Popover,
} from 'react-aria-components'
import { holidaysOf, isWeekend } from '../../../platform/holidays.ts'
import { dayOf, formatDate, shortMonths } from '../format.ts'
import { Icon } from '../Icon.tsx'
import { useLanguage, useSay } from '../language.tsx'
import type { Language } from '../languages.ts'
import './day.css'
import type { DayInputOf } from './DayField.tsx'
import { Holidays } from './Holidays.tsx'
import { typedDay, wholeYear } from './typed-day.ts'
import { dayWords as words } from './words.ts'

const today = () => dayOf(new Date().toISOString())
const dateOf = (iso: string): CalendarDate | null => (/^\d{4}-\d\d-\d\d$/.test(iso) && typedDay(iso, iso) !== null ? parseDate(iso) : null)

/** A day in parts that are filled one after the other from the keyboard, and a calendar beside it. */
export default function DayInput({ id, label, labelId, value, isRequired = false, isInvalid = false, describedBy, onChange, onUnfinished }: DayInputOf) {
  const language = useLanguage()
  const [isOpen, setOpen] = useState(false)
  const { shown, setShown, tell } = useShown(value, onChange)
  const paste = (event: ClipboardEvent) => {
    event.preventDefault()
    const day = typedDay(event.clipboardData.getData('text/plain'), today())
    if (day !== null) setShown(parseDate(day))
  }
  const copy = (event: ClipboardEvent) => {
    if (value === '') return
    event.preventDefault()
    event.clipboardData.setData('text/plain', formatDate(language, value))
  }
  return (
    <DateField<CalendarDate>
      className="day-input"
      value={shown}
      onChange={setShown}
      isInvalid={isInvalid}
      isRequired={isRequired}
      validationBehavior="aria"
      shouldForceLeadingZeros
      {...(labelId ? { 'aria-labelledby': labelId } : { 'aria-label': label })}
      {...(describedBy ? { 'aria-describedby': describedBy } : {})}
    >
      <Parts id={id} paste={paste} copy={copy} tell={tell} open={() => setOpen(true)} onUnfinished={onUnfinished} />
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <CalendarButton label={label} />
        <Popover className="popover" placement="bottom end">
          <Dialog className="dialog">
            <Month
              shown={shown}
              onChoose={(day) => {
                setShown(day)
                setOpen(false)
              }}
            />
          </Dialog>
        </Popover>
      </DialogTrigger>
    </DateField>
  )
}

/**
 * While a part is missing, or the day does not exist in its month, the field of React Aria keeps its previous day. The reader does not see that day,
 * so it is not passed on: `onChange` gets the day that is shown, or nothing.
 */
function useShown(value: string, onChange: (day: string) => void) {
  const [shown, setShown] = useState(() => dateOf(value))
  const [told, setTold] = useState(value)
  if (value !== told) {
    setTold(value)
    setShown(dateOf(value))
  }
  const tell = (day: string) => {
    if (day === told) return
    setTold(day)
    onChange(day)
  }
  return { shown, setShown, tell }
}

type PartsOf = Pick<DayInputOf, 'id' | 'onUnfinished'> & {
  paste(event: ClipboardEvent): void
  copy(event: ClipboardEvent): void
  tell(day: string): void
  open(): void
}

function Parts({ id, paste, copy, tell, open, onUnfinished }: PartsOf) {
  const say = useSay()
  const language = useLanguage()
  const state = use(DateFieldStateContext)
  const box = useRef<HTMLDivElement>(null)
  const typedIn = useRef<EventTarget>(null)
  if (!state) throw new Error('the parts of a day stand inside its field')
  const parts = state.segments.filter(({ isEditable }) => isEditable)
  const missing = parts.filter(({ isPlaceholder }) => isPlaceholder).length
  const isUnfinished = missing > 0 && missing < parts.length
  const day = wholeDay(parts, state.value?.toString() ?? '')
  useEffect(() => tell(day))
  // A whole day or an empty field is not unfinished, even before the reader leaves it.
  useEffect(() => {
    if (!isUnfinished) onUnfinished?.(false)
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [isUnfinished])
  const leave = (event: FocusEvent) => {
    if (event.currentTarget.contains(event.relatedTarget)) return
    if (isUnfinished) onUnfinished?.(true)
    const year = state.value?.year ?? 0
    if (missing === 0 && year > 0 && year < 100) state.setValue((state.value as CalendarDate).set({ year: wholeYear(year, today(), 2) }))
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' && event.altKey) open()
    else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) box.current?.closest('form')?.requestSubmit()
    // Lets `3.11.` be typed as it is written: otherwise the 3 would wait for its second digit, and the 1 of the month would make it 31. After two
    // digits the next part has the focus already, and the dot does nothing.
    else if (/^[./\-, ]$/.test(event.key)) {
      if (typedIn.current === event.target) nextPart(event.target as HTMLElement)
    } else {
      typedIn.current = event.target
      return
    }
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div id={id} ref={box} className="day-box" onPasteCapture={paste} onCopyCapture={copy} onBlur={leave} onKeyDownCapture={press}>
      <DateInput className="input day-parts num">
        {(part) => (
          <DateSegment segment={part} className="segment">
            {isEditablePart(part.type) && part.isPlaceholder ? say(words[part.type]) : written(part, language)}
          </DateSegment>
        )}
      </DateInput>
    </div>
  )
}

type Part = { type: string; text: string; isPlaceholder: boolean; value?: number | null | undefined }
const isEditablePart = (type: string): type is 'day' | 'month' | 'year' => type === 'day' || type === 'month' || type === 'year'

/** `03.11.2026.`, but `03 Nov 2026` in English, where a month in figures could be read as a day. */
function written({ type, text }: Part, language: Language): string {
  if (type === 'literal') return language === 'en' ? '\u00a0' : text.trim()
  return language === 'en' && type === 'month' ? (shortMonths[Number(text) - 1] ?? text) : text
}

/** The shown day, when it is whole and exists in the calendar. The year counts as unfinished until it has four digits. */
function wholeDay(parts: readonly Part[], day: string): string {
  const [year, month, ofMonth] = day.split('-').map(Number)
  const isShown = (['year', 'month', 'day'] as const).every((type) => {
    const part = parts.find((one) => one.type === type)
    return part && !part.isPlaceholder && part.value === { year, month, day: ofMonth }[type]
  })
  return isShown && (year ?? 0) >= 1000 ? day : ''
}

function nextPart(part: HTMLElement): void {
  const parts = [...(part.closest('.day-parts')?.querySelectorAll<HTMLElement>('.segment[tabindex]') ?? [])]
  parts[parts.indexOf(part) + 1]?.focus()
}

function CalendarButton({ label }: { label: string }) {
  const say = useSay()
  return (
    <Button className="icon-button day-button" aria-label={say(words.calendar, { label })}>
      <Icon name="calendar" />
    </Button>
  )
}

/** Weeks begin on Monday in all languages of the portals. */
function Month({ shown, onChoose }: { shown: CalendarDate | null; onChoose(day: CalendarDate): void }) {
  const holidays = useId()
  return (
    <Calendar<CalendarDate>
      className="calendar"
      value={shown}
      onChange={(day) => day && onChoose(day)}
      firstDayOfWeek="mon"
      autoFocus
      aria-describedby={holidays}
    >
      <div className="calendar-head">
        <Button slot="previous" className="icon-button">
          <Icon name="previous" />
        </Button>
        <CalendarMonthPicker format="long">{(picker) => <Picker picker={picker} />}</CalendarMonthPicker>
        <CalendarYearPicker visibleYears={21}>{(picker) => <Picker picker={picker} />}</CalendarYearPicker>
        <Button slot="next" className="icon-button">
          <Icon name="next" />
        </Button>
      </div>
      <CalendarGrid weekdayStyle="short">{(day) => <CalendarCell date={day} className={`calendar-day num${dayClass(day.toString())}`} />}</CalendarGrid>
      <HolidaysShown id={holidays} />
    </Calendar>
  )
}

function dayClass(day: string): string {
  if (holidaysOf(Number(day.slice(0, 4))).has(day)) return ' holiday'
  return isWeekend(day) ? ' weekend' : ''
}

function HolidaysShown({ id }: { id: string }) {
  const month = use(CalendarStateContext)?.visibleRange.start.toString().slice(0, 7)
  return month === undefined ? null : <Holidays id={id} month={month} />
}

type PickerOf = { 'aria-label': string; value: Key; items: readonly { id: number; formatted: string }[]; onChange(key: Key | null): void }

function Picker({ picker: { value, items, onChange, 'aria-label': label } }: { picker: PickerOf }) {
  return (
    <select className="input" aria-label={label} value={String(value)} onChange={(event) => onChange(Number(event.target.value))}>
      {items.map(({ id, formatted }) => (
        <option key={id} value={id}>
          {formatted}
        </option>
      ))}
    </select>
  )
}
