import { useState } from 'react'
import { useSay } from './language.tsx'
import { files } from './words.ts'

type FileInputOf = {
  id: string
  accept: string
  isInvalid?: boolean
  isDisabled?: boolean
  describedBy?: string
  /** The file is sent as soon as it is chosen. The field is then emptied, so that the same file may be chosen again. */
  isSentAtOnce?: boolean
  onChoose(file: File | undefined): void
}

/**
 * A file input with words in the language of the page: the browser's own button uses the language of the browser. That button lies under ours, so keys
 * and dropping a file work.
 */
export function FileInput({ id, accept, isInvalid = false, isDisabled = false, describedBy, isSentAtOnce = false, onChoose }: FileInputOf) {
  const say = useSay()
  const [name, setName] = useState('')
  return (
    <span className="file-input">
      <input
        id={id}
        type="file"
        accept={accept}
        aria-invalid={isInvalid}
        aria-disabled={isDisabled}
        aria-describedby={[describedBy, `${id}-chosen`].filter(Boolean).join(' ')}
        onClick={(event) => isDisabled && event.preventDefault()}
        onChange={(event) => {
          const file = event.target.files?.[0]
          if (!isSentAtOnce) setName(file?.name ?? '')
          onChoose(file)
          if (isSentAtOnce) event.target.value = ''
        }}
      />
      <span className="button" aria-hidden="true">
        {say(files.choose)}
      </span>
      <span id={`${id}-chosen`} className="file-name soft">
        {name || say(files.none)}
      </span>
    </span>
  )
}
