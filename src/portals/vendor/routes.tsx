import type { RouteObject } from 'react-router'
import { NotFound } from '../shared/NotFound.tsx'
import { PageTrouble } from '../shared/PageTrouble.tsx'
import { SignUpPage } from './SignUpPage.tsx'
import { VendorShell } from './VendorShell.tsx'

export const routes: RouteObject[] = [
  {
    path: '/',
    Component: VendorShell,
    ErrorBoundary: PageTrouble,
    children: [
      { index: true, Component: SignUpPage },
      { path: 'system/:id', lazy: { Component: async () => (await import('./SystemPage.tsx')).SystemPage } },
      { path: 'certificate/:id', lazy: { Component: async () => (await import('./CertificatePage.tsx')).CertificatePage } },
      { path: '*', Component: NotFound },
    ],
  },
]
