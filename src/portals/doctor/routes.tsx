import type { RouteObject, ShouldRevalidateFunctionArgs } from 'react-router'
import { whoAmI } from '../shared/api.ts'
import { NotFound } from '../shared/NotFound.tsx'
import { PageTrouble } from '../shared/PageTrouble.tsx'
import { ReportsTrouble } from './ReportsTrouble.tsx'
import { DoctorShell } from './DoctorShell.tsx'
import { HomePage } from './HomePage.tsx'
import { documentLoader, homeLoader, leaveLoader, loadRecordPage, recordLoader, reportsLoader } from './loaders.ts'

/** Opening a document changes the address but not the person. The record is then not loaded again, so that no second look is logged. */
const onlyForAnotherPerson = ({ currentParams, nextParams, currentUrl, nextUrl, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) =>
  currentParams.person !== nextParams.person || (currentUrl.href === nextUrl.href && defaultShouldRevalidate)

export const routes: RouteObject[] = [
  {
    path: '/',
    Component: DoctorShell,
    loader: whoAmI,
    shouldRevalidate: () => false,
    ErrorBoundary: PageTrouble,
    HydrateFallback: () => null,
    children: [
      { index: true, loader: homeLoader, Component: HomePage },
      {
        path: 'people/:person',
        loader: recordLoader,
        shouldRevalidate: onlyForAnotherPerson,
        lazy: { Component: async () => (await loadRecordPage()).RecordPage },
        children: [
          {
            path: 'documents/:document',
            loader: documentLoader,
            lazy: { Component: async () => (await import('./record/DocumentPane.tsx')).DocumentPane },
          },
        ],
      },
      { path: 'people/:person/leave', loader: leaveLoader, lazy: { Component: async () => (await import('./leave/LeavePage.tsx')).LeavePage } },
      { path: 'corrections/:objection', lazy: { Component: async () => (await import('./correction/CorrectionPage.tsx')).CorrectionPage } },
      {
        path: 'reports',
        loader: reportsLoader,
        ErrorBoundary: ReportsTrouble,
        lazy: { Component: async () => (await import('./leave/ReportsPage.tsx')).ReportsPage },
      },
      { path: 'look-reports', lazy: { Component: async () => (await import('./look-reports/LookReportsPage.tsx')).LookReportsPage } },
      { path: 'completeness', lazy: { Component: async () => (await import('./CompletenessPage.tsx')).CompletenessPage } },
      { path: '*', Component: NotFound },
    ],
  },
]
