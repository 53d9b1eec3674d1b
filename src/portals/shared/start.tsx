import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nProvider } from 'react-aria-components'
import { createBrowserRouter, type RouteObject } from 'react-router'
import { RouterProvider } from 'react-router/dom'
import { LanguageProvider, useLanguage } from './language.tsx'
import { localeOf } from './languages.ts'
import { applyPreferences } from './preferences.ts'

/** Starts a portal: preferences first, so that nothing flashes, then the router below the portal's address. */
export function startPortal(basename: string, routes: RouteObject[]): void {
  applyPreferences()
  const router = createBrowserRouter(routes, { basename })
  const root = document.getElementById('portal')
  if (!root) throw new Error('the page has no element with the id "portal"')
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <Localised router={router} />
      </LanguageProvider>
    </StrictMode>,
  )
}

function Localised({ router }: { router: ReturnType<typeof createBrowserRouter> }) {
  const language = useLanguage()
  return (
    <I18nProvider locale={localeOf[language]}>
      <RouterProvider router={router} />
    </I18nProvider>
  )
}
