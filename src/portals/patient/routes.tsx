import type { RouteObject } from 'react-router'
import { NotFound } from '../shared/NotFound.tsx'
import { PageTrouble } from '../shared/PageTrouble.tsx'
import { HomePage } from './HomePage.tsx'
import { documentLoader, homeLoader, knownMe, leavesLoader, looksLoader, recordLoader, visitsLoader } from './loaders.ts'
import { PatientShell } from './PatientShell.tsx'

const pages = (): RouteObject[] => [
  { index: true, loader: homeLoader, Component: HomePage },
  { path: 'record', loader: recordLoader, lazy: { Component: async () => (await import('./record/RecordPage.tsx')).RecordPage } },
  {
    path: 'record/documents/:document',
    loader: documentLoader,
    lazy: { Component: async () => (await import('./record/DocumentPage.tsx')).DocumentPage },
  },
  { path: 'visits', loader: visitsLoader, lazy: { Component: async () => (await import('./visits/VisitsPage.tsx')).VisitsPage } },
  { path: 'looks', loader: looksLoader, lazy: { Component: async () => (await import('./looks/LooksPage.tsx')).LooksPage } },
]

/** The same pages twice: the reader's own record, and under `for/:person` the record of somebody whom they represent. */
export const routes: RouteObject[] = [
  {
    path: '/',
    Component: PatientShell,
    loader: knownMe,
    shouldRevalidate: () => false,
    ErrorBoundary: PageTrouble,
    HydrateFallback: () => null,
    children: [
      ...pages(),
      // Leaves exist only for the reader: nobody represents another person at work.
      { path: 'leaves', loader: leavesLoader, lazy: { Component: async () => (await import('./leave/LeavesPage.tsx')).LeavesPage } },
      { path: 'leaves/calculator', lazy: { Component: async () => (await import('./leave/CalculatorPage.tsx')).CalculatorPage } },
      { path: 'for/:person', children: pages() },
      { path: '*', Component: NotFound },
    ],
  },
]
