import type { RouteObject } from 'react-router'
import { whoAmI } from '../shared/api.ts'
import { NotFound } from '../shared/NotFound.tsx'
import { PageTrouble } from '../shared/PageTrouble.tsx'
import { WorkShell } from '../shared/WorkShell.tsx'
import { AgendaPage } from './AgendaPage.tsx'
import { portal } from './words.ts'

const pages = [['/', portal.agenda]] as const
const CommissionShell = () => <WorkShell name={portal.name} pages={pages} roles={['commission', 'commission2']} notYours={portal.notYours} />

export const routes: RouteObject[] = [
  {
    path: '/',
    Component: CommissionShell,
    loader: whoAmI,
    shouldRevalidate: () => false,
    ErrorBoundary: PageTrouble,
    HydrateFallback: () => null,
    children: [
      { index: true, Component: AgendaPage },
      { path: 'people/:person/leaves/:leave', lazy: { Component: async () => (await import('./FilePage.tsx')).FilePage } },
      { path: '*', Component: NotFound },
    ],
  },
]
