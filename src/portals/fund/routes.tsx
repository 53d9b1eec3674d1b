import type { RouteObject } from 'react-router'
import { whoAmI } from '../shared/api.ts'
import { NotFound } from '../shared/NotFound.tsx'
import { PageTrouble } from '../shared/PageTrouble.tsx'
import { FundShell } from './FundShell.tsx'
import { WorkPage } from './WorkPage.tsx'

export const routes: RouteObject[] = [
  {
    path: '/',
    Component: FundShell,
    loader: whoAmI,
    shouldRevalidate: () => false,
    ErrorBoundary: PageTrouble,
    HydrateFallback: () => null,
    children: [
      { index: true, Component: WorkPage },
      { path: 'requests/:id', lazy: { Component: async () => (await import('./RequestPage.tsx')).RequestPage } },
      { path: 'payments', lazy: { Component: async () => (await import('./PaymentsPage.tsx')).PaymentsPage } },
      { path: 'objections', lazy: { Component: async () => (await import('./ObjectionsPage.tsx')).ObjectionsPage } },
      { path: 'overdue', lazy: { Component: async () => (await import('./OverduePage.tsx')).OverduePage } },
      { path: 'simulation', lazy: { Component: async () => (await import('./SimulationPage.tsx')).SimulationPage } },
      { path: 'statistics', lazy: { Component: async () => (await import('./StatisticsPage.tsx')).StatisticsPage } },
      { path: 'anomalies', lazy: { Component: async () => (await import('./AnomaliesPage.tsx')).AnomaliesPage } },
      { path: '*', Component: NotFound },
    ],
  },
]
