// Errors as clients see them: a stable code, and a message that they can act on.
import mercurius from 'mercurius'

export const apiError = (code, message, status) => new mercurius.ErrorWithProps(message, { code }, status)

// What is not meant for clients is logged and leaves as `INTERNAL`; errors of the document or of ours leave as they are.
export function masked(error) {
  const cause = error.originalError
  if (cause === undefined || cause.statusCode < 500) return error
  console.error(cause)
  error.message = 'something went wrong on our side'
  error.extensions.code = 'INTERNAL'
  return error
}
