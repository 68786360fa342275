// What the editors do here beyond GraphiQL: lines wrap, and the answer's `extensions` are folded.
import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

const OPTIONS = { fontSize: 13, wordWrap: 'on' };

/** `extensions` of the whole answer, as GraphiQL indents it. */
const EXTENSIONS = /^ {2}"extensions": \{$/;

export function useEditors() {
  const { headerEditor, queryEditor, responseEditor, variableEditor } = useGraphiQL(
    pick('headerEditor', 'queryEditor', 'responseEditor', 'variableEditor'),
  );

  useEffect(() => {
    for (const editor of [headerEditor, queryEditor, responseEditor, variableEditor]) editor?.updateOptions(OPTIONS);
  }, [headerEditor, queryEditor, responseEditor, variableEditor]);

  useEffect(() => {
    const following = responseEditor?.onDidChangeModelContent(() => foldExtensions(responseEditor));
    return () => following?.dispose();
  }, [responseEditor]);
}

function foldExtensions(editor) {
  const line = editor.getModel().getLinesContent().findLastIndex((text) => EXTENSIONS.test(text));
  // The command waits until Monaco knows the regions of the new text.
  if (line >= 0) editor.trigger('matchday', 'editor.fold', { selectionLines: [line], levels: 1 });
}
