import type { RouteObject } from 'react-router'
import { whoAmI } from '../shared/api.ts'
import { NotFound } from '../shared/NotFound.tsx'
import { PageTrouble } from '../shared/PageTrouble.tsx'
import { OperatorShell } from './OperatorShell.tsx'
import { StartPage } from './StartPage.tsx'

export const routes: RouteObject[] = [
  {
    path: '/',
    Component: OperatorShell,
    loader: whoAmI,
    shouldRevalidate: () => false,
    ErrorBoundary: PageTrouble,
    HydrateFallback: () => null,
    children: [
      { index: true, Component: StartPage },
      { path: 'members', lazy: { Component: async () => (await import('./MembersPage.tsx')).MembersPage } },
      { path: 'members/:code', lazy: { Component: async () => (await import('./MemberPage.tsx')).MemberPage } },
      { path: 'contracts', lazy: { Component: async () => (await import('./ContractsPage.tsx')).ContractsPage } },
      { path: 'messages', lazy: { Component: async () => (await import('./MessagesPage.tsx')).MessagesPage } },
      { path: 'messages/:id', lazy: { Component: async () => (await import('./MessagePage.tsx')).MessagePage } },
      { path: 'proposals', lazy: { Component: async () => (await import('./ProposalsPage.tsx')).ProposalsPage } },
      { path: 'proposals/:id', lazy: { Component: async () => (await import('./ProposalPage.tsx')).ProposalPage } },
      { path: 'completeness', lazy: { Component: async () => (await import('./CompletenessPage.tsx')).CompletenessPage } },
      { path: 'completeness/:id', lazy: { Component: async () => (await import('./InstitutionPage.tsx')).InstitutionPage } },
      { path: 'vendors', lazy: { Component: async () => (await import('./VendorsPage.tsx')).VendorsPage } },
      { path: '*', Component: NotFound },
    ],
  },
]
