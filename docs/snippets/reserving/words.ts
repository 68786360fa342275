import { RequestError } from '../errors/request';

/** What a page does about a refused hold; the words are yours. */
export function afterRefusal(error: unknown): 'sold-out' | 'wait' | 'closed' | 'cap' | 'confirm-email' | 'sign-in' | 'failed' {
  if (!(error instanceof RequestError)) return 'failed';
  switch (error.code) {
    case 'SOLD_OUT':
      return 'sold-out';
    case 'TEMPORARILY_UNAVAILABLE':
      return 'wait';
    case 'SALE_CLOSED':
      return 'closed';
    case 'PURCHASE_LIMIT':
      return 'cap';
    case 'EMAIL_NOT_VERIFIED':
      return 'confirm-email';
    case 'UNAUTHENTICATED':
      return 'sign-in';
    default:
      return 'failed';
  }
}
