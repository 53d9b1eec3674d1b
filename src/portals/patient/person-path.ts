import { useParams } from 'react-router'

/** Addresses of the person whose record is on screen: `/record`, or `/for/…/record` for somebody one represents. */
export function usePersonPath(): (page: string) => string {
  const { person } = useParams()
  return (page) => (person ? `/for/${encodeURIComponent(person)}${page}` : page || '/')
}
