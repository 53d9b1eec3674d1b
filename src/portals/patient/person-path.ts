import { useParams } from 'react-router'

/** Addresses of pages about the person on screen: `/record`, or `/for/…/record` for somebody whom the reader represents. */
export function usePersonPath(): (page: string) => string {
  const { person } = useParams()
  return (page) => (person ? `/for/${encodeURIComponent(person)}${page}` : page || '/')
}
