import type { RouteObject } from 'react-router'
import { whoAmI } from '../shared/api.ts'
import { NotFound } from '../shared/NotFound.tsx'
import { PageTrouble } from '../shared/PageTrouble.tsx'
import { EmployerShell } from './EmployerShell.tsx'
import { InboxPage } from './InboxPage.tsx'

export const routes: RouteObject[] = [
  {
    path: '/',
    Component: EmployerShell,
    loader: whoAmI,
    shouldRevalidate: () => false,
    ErrorBoundary: PageTrouble,
    HydrateFallback: () => null,
    children: [
      { index: true, Component: InboxPage },
      { path: 'leaves/:pib/:leave', lazy: { Component: async () => (await import('./LeavePage.tsx')).LeavePage } },
      { path: 'leaves/:pib/:leave/earnings', lazy: { Component: async () => (await import('./EarningsFormPage.tsx')).EarningsFormPage } },
      { path: 'work', lazy: { Component: async () => (await import('./WorkPage.tsx')).WorkPage } },
      { path: 'calculator', lazy: { Component: async () => (await import('./CalculatorPage.tsx')).CalculatorPage } },
      { path: 'earnings', lazy: { Component: async () => (await import('./EarningsPage.tsx')).EarningsPage } },
      { path: 'objections', lazy: { Component: async () => (await import('./ObjectionsPage.tsx')).ObjectionsPage } },
      { path: 'requests/:pib/new', lazy: { Component: async () => (await import('./NewRequestPage.tsx')).NewRequestPage } },
      { path: 'requests/:pib/:request', lazy: { Component: async () => (await import('./RequestPage.tsx')).RequestPage } },
      { path: 'absences', lazy: { Component: async () => (await import('./CalendarPage.tsx')).CalendarPage } },
      { path: 'requests', lazy: { Component: async () => (await import('./RequestsPage.tsx')).RequestsPage } },
      { path: 'firm', lazy: { Component: async () => (await import('./FirmPage.tsx')).FirmPage } },
      { path: 'join', lazy: { Component: async () => (await import('./JoinPage.tsx')).JoinPage } },
      { path: '*', Component: NotFound },
    ],
  },
]
