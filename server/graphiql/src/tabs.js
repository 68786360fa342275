// Tabs of examples: each example has one at most, which its operation's name titles.
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

import { named, queryOf, variablesOf } from './examples.js';

/** The example of the open tab, if it is one's. */
export function useOpenExample() {
  return useGraphiQL(({ tabs, activeTabIndex }) => named(tabs[activeTabIndex]?.title));
}

/** A function that opens an example: its tab, or a new one. */
export function useOpen() {
  const { addTab, changeTab, stop } = useGraphiQLActions();
  const { queryEditor, tabs, variableEditor } = useGraphiQL(pick('queryEditor', 'tabs', 'variableEditor'));

  return (example) => {
    const index = tabs.findIndex(({ title }) => title === example.name);
    if (index >= 0) return changeTab(index);
    // A subscription would go on writing into the new tab.
    stop();
    addTab();
    queryEditor?.setValue(queryOf(example));
    variableEditor?.setValue(variablesOf(example));
  };
}

/** Says on the row of tabs whether some are out of sight, and on which side. */
export function useTabEdges() {
  const tabs = useGraphiQL((state) => state.tabs);

  useEffect(() => {
    const row = document.querySelector('.graphiql-tabs');
    const mark = () => {
      row.classList.toggle('matchday-more-before', row.scrollLeft > 1);
      row.classList.toggle('matchday-more-after', row.scrollLeft + row.clientWidth < row.scrollWidth - 1);
    };
    const resized = new ResizeObserver(mark);
    resized.observe(row);
    row.addEventListener('scroll', mark);
    mark();
    return () => {
      resized.disconnect();
      row.removeEventListener('scroll', mark);
    };
  }, [tabs]);
}

/** Fills an example's variables whenever its tab is opened, and keeps the tab in sight. */
export function useFilledTabs() {
  const example = useOpenExample();
  const { activeTabIndex, variableEditor } = useGraphiQL(pick('activeTabIndex', 'variableEditor'));

  useEffect(() => {
    document.querySelector('.graphiql-tab-active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (!example || !variableEditor) return;
    const shown = variableEditor.getValue();
    const filled = variablesOf(example, shown);
    if (filled !== shown) variableEditor.setValue(filled);
  }, [activeTabIndex, example, variableEditor]);
}
