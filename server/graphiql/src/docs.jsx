// Addresses of the documents, relative to the page, so that a proxy may serve everything under a path of its own.

export function pageOf(path) {
  return new URL(path ? `docs/${path}` : 'docs', document.baseURI).href;
}

/** Where a type of the schema is described, or a field of a root, such as `Query.match`. */
export function pageOfSchema(name) {
  return pageOf(`reference/schema#${name.toLowerCase().replaceAll('.', '')}`);
}

/** Where close codes are described, all in one table. */
export const pageOfCloses = () => pageOf('reference/close-codes');

/** A way to what the documents say of an error's code, or of a close code, which is a number. */
export function Meaning({ code }) {
  const at = typeof code === 'number' ? pageOfCloses() : pageOf(`reference/errors#${code.toLowerCase()}`);
  return <Doc at={at}>What {code} means</Doc>;
}

/** A link that leaves the operations on the page as they are. */
export function Doc({ at, children }) {
  return (
    <a href={at} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}
