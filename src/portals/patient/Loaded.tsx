import { type ReactNode, Suspense } from 'react'
import { Await, useAsyncError, useRevalidator } from 'react-router'
import { useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { record } from './words.ts'

type LoadedOf<T> = { promise: Promise<T>; lines?: number; children(value: T): ReactNode }

/** A part of a page that loads by itself: placeholders after 200 ms, then its contents, or an error that concerns only this part. */
export function Loaded<T>({ promise, lines = 4, children }: LoadedOf<T>) {
  return (
    <Suspense fallback={<Bones lines={lines} />}>
      <Await resolve={promise} errorElement={<PartTrouble />}>
        {(value) => children(value as T)}
      </Await>
    </Suspense>
  )
}

function Bones({ lines }: { lines: number }) {
  const say = useSay()
  return (
    <div className="bones late" aria-busy="true">
      <p className="only-read" role="status">
        {say(record.loading)}
      </p>
      {Array.from({ length: lines }, (_, at) => (
        <div key={at} className="bone" />
      ))}
    </div>
  )
}

function PartTrouble() {
  const revalidator = useRevalidator()
  return <Trouble error={useAsyncError()} onRetry={() => void revalidator.revalidate()} />
}
