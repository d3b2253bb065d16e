/**
 * The script of the panel beside GraphiQL: the person of all tabs, the examples, and the log of subscriptions. GraphiQL ends
 * a subscription when another tab is opened; the panel keeps it, and shows its last 100 events.
 */
export const panelScript = `'use strict';
// Read when the script of the editor is loaded, which comes next.
self.MonacoEnvironment = { globalAPI: true };

const operationsPanel = (() => {
  const { people = [], examples = [] } = JSON.parse(document.getElementById('settings').textContent);
  const MAX_EVENTS = 100;
  const MAX_SUBSCRIPTIONS = 20;
  const root = document.getElementById('panel');

  function element(tag, properties = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  // The person of all tabs, by name, for this visit of the page.
  let person = people.find(({ name }) => name === sessionStorage.getItem('graphiql:person')) ?? people[0];
  function personSwitcher() {
    const select = element('select', { id: 'person' });
    for (const { name, role } of people) select.append(element('option', { value: name, textContent: name, title: role }));
    select.value = person.name;
    const role = element('small', { textContent: person.role });
    select.addEventListener('change', () => {
      person = people.find(({ name }) => name === select.value);
      role.textContent = person.role;
      sessionStorage.setItem('graphiql:person', person.name);
    });
    return element('label', { className: 'person' }, 'Act in all tabs as', select, role);
  }

  // Opens an example in its tab, or in a new one.
  function open({ operation, query, variables }) {
    const tab = [...document.querySelectorAll('.graphiql-tab-button')].find(({ textContent }) => textContent === operation);
    if (tab) tab.click();
    else {
      document.querySelector('.graphiql-tab-add').click();
      setText('operation.graphql', query);
      setText('variables.json', variables ?? '');
    }
    if (variables) document.querySelector('.graphiql-editor-tools button[data-name="variables"]')?.click();
  }

  function setText(file, text) {
    monaco.editor.getModels().find(({ uri }) => uri.path.endsWith(file))?.setValue(text);
  }

  function exampleList() {
    const search = element('input', { type: 'search', placeholder: 'Search operations', ariaLabel: 'Search operations' });
    const none = element('p', { textContent: 'No operation matches.', hidden: true, role: 'status' });
    const groups = new Map();
    const items = examples.map((example) => {
      const { number, group, type, operation, description } = example;
      const button = element(
        'button',
        { type: 'button', title: description },
        element('b', { textContent: number }),
        ' ' + operation + ' ',
        element('i', { textContent: type === 'query' ? '' : type }),
      );
      button.addEventListener('click', () => open(example));
      const list = groups.get(group) ?? element('ul', { ariaLabel: group });
      groups.set(group, list);
      const item = element('li', {}, button);
      list.append(item);
      return { item, text: [number, operation, type, group, description].join(' ').toLowerCase() };
    });
    search.addEventListener('input', () => {
      for (const { item, text } of items) item.hidden = !text.includes(search.value.trim().toLowerCase());
      for (const list of groups.values()) list.parentElement.hidden = [...list.children].every(({ hidden }) => hidden);
      none.hidden = items.some(({ item }) => !item.hidden);
    });
    const sections = [...groups].map(([title, list]) => element('section', {}, element('h3', { textContent: title }), list));
    return element('div', { className: 'examples' }, search, none, element('nav', { ariaLabel: 'Operations' }, ...sections));
  }

  // Subscriptions by the node that shows them, in the order of their start.
  const subscriptions = new Map();
  const log = element('div', { className: 'log', role: 'log', ariaLabel: 'Events of subscriptions' });

  function showEvent(list, result) {
    const [event] = Object.values(result.data ?? {});
    const type = result.errors ? result.errors[0].extensions?.code ?? 'ERROR' : event?.type ?? '';
    const name = event?.object?.name ?? event?.name ?? '';
    const summary = element('summary', { textContent: [new Date().toLocaleTimeString(), type, name].join(' ') });
    const details = element('details', {}, summary);
    details.addEventListener('toggle', () => {
      if (details.childElementCount === 1) details.append(element('pre', { textContent: JSON.stringify(result, null, 2) }));
    });
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.append(details);
    if (list.childElementCount > MAX_EVENTS) list.firstElementChild.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  function forget() {
    for (const [node, { stop }] of subscriptions) {
      if (subscriptions.size <= MAX_SUBSCRIPTIONS) return;
      stop();
      node.remove();
      subscriptions.delete(node);
    }
  }

  // The stop button and a change of tabs end the iterator in the same way. Only the button ends the subscription.
  let isStopping = false;
  const noteStop = () => {
    isStopping = true;
    setTimeout(() => (isStopping = false));
  };
  document.addEventListener('click', ({ target }) => target.closest?.('.graphiql-execute-button') && noteStop(), true);

  // Shows the events of a subscription. Returns an iterator of them for the result pane of GraphiQL.
  function follow(title, events) {
    let count = 0;
    let isOver = false;
    let isConnected = false;
    let waiting;
    const queue = [];
    const state = element('small');
    const button = element('button', { type: 'button', textContent: 'Stop' });
    const list = element('div', { className: 'events' });
    const node = element('article', {}, element('header', {}, element('b', { textContent: title }), state, button), list);
    const show = () => {
      const phase = isOver ? 'ended, ' : isConnected ? 'running, ' : 'connecting, ';
      state.textContent = phase + count + (count === 1 ? ' event' : ' events');
      button.textContent = isOver ? 'Remove' : 'Stop';
    };
    const deliver = (result) => {
      if (waiting) waiting(result);
      else if (queue.push(result) > MAX_EVENTS) queue.shift();
      waiting = undefined;
    };
    const end = () => {
      isOver = true;
      show();
      deliver({ done: true, value: undefined });
    };
    events.setConnected = (is) => {
      isConnected = is;
      show();
    };
    // At once, because an iterator that waits to connect again ends after that time.
    const stop = () => {
      void events.return();
      end();
    };
    const pump = async () => {
      try {
        for (let next = await events.next(); !next.done; next = await events.next()) {
          count += 1;
          showEvent(list, next.value);
          show();
          deliver(next);
        }
      } catch (error) {
        showEvent(list, { errors: [{ message: String(error) }] });
      }
      end();
    };
    button.addEventListener('click', () => {
      if (!isOver) return stop();
      node.remove();
      subscriptions.delete(node);
    });
    subscriptions.set(node, { stop });
    log.prepend(node);
    forget();
    show();
    void pump();
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () =>
        queue.length > 0
          ? Promise.resolve(queue.shift())
          : new Promise((resolve) => {
              waiting = isOver ? resolve({ done: true, value: undefined }) : resolve;
            }),
      async return() {
        if (isStopping) stop();
        deliver({ done: true, value: undefined });
        return { done: true, value: undefined };
      },
    };
  }

  // Values that an example needs from an answer to another one are named in its variables.
  const MISSING = /<(\\w+) from operation (\\w+)>/;
  function missingValue(variables) {
    const [placeholder, field, number] = MISSING.exec(JSON.stringify(variables ?? {})) ?? [];
    if (!placeholder) return undefined;
    return 'Expected a value instead of ' + placeholder + ' in the variables. Run operation ' + number + ', and copy ' + field + ' from its answer.';
  }

  if (people.length > 0) root.append(personSwitcher());
  root.append(exampleList(), element('h2', { textContent: 'Subscriptions' }), log);
  return {
    headers: () => (person ? { authorization: 'Bearer ' + person.token } : {}),
    actor: () => person?.name,
    follow,
    missingValue,
  };
})();
`;

export const panelStyle = `
body { display: flex; margin: 0; height: 100dvh }
#root { flex: 1; min-width: 0; height: 100dvh }
#root .graphiql-container { width: 100%; height: 100% }
#panel { box-sizing: border-box; width: 280px; padding: 10px; display: flex; flex-direction: column; gap: 8px; height: 100dvh; overflow: auto;
  font: 13px/1.5 system-ui, sans-serif; color: #3b4b68; background: #f7f8fb; border-right: 1px solid #dfe3ea }
#panel .person { display: grid; gap: 4px; font-weight: 600 }
#panel select, #panel input { font: inherit; padding: 4px 6px; width: 100%; box-sizing: border-box; border: 1px solid #b8c0cf; border-radius: 4px; color: inherit; background: #fff }
#panel button { min-height: 24px }
#panel small { font-weight: 400 }
#panel .examples { flex: 1 1 60%; min-height: 120px; display: flex; flex-direction: column; gap: 6px }
#panel nav { overflow: auto; min-height: 0 }
#panel h2, #panel h3 { font-size: 12px; margin: 8px 0 2px; font-weight: 700 }
#panel ul { list-style: none; margin: 0; padding: 0 }
#panel li button { font: inherit; width: 100%; text-align: left; padding: 2px 6px; border: 0; border-radius: 4px; background: none; color: inherit; cursor: pointer }
#panel li button:hover, #panel li button:focus-visible { background: #e4e8f1 }
#panel li b { display: inline-block; min-width: 28px; font-weight: 600; color: #5a6a87 }
#panel li i { float: right; font-size: 11px; opacity: .8 }
#panel p { margin: 0 }
#panel .log { flex: 0 1 40%; min-height: 60px; overflow: auto }
#panel .log:empty { flex: none }
#panel .log:empty::before { content: 'Events of the subscriptions that you run appear here.'; opacity: .8 }
#panel article { border-top: 1px solid #dfe3ea; padding: 4px 0 }
#panel article header { display: grid; grid-template-columns: 1fr auto; gap: 2px 6px }
#panel article header small { grid-row: 2 }
#panel article header button { align-self: start; font: inherit; padding: 1px 8px }
#panel .events { max-height: 200px; overflow: auto; font: 12px/1.5 ui-monospace, monospace }
#panel pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) {
  body:not(.graphiql-light) #panel { color: #c5cede; background: #212a3b; border-color: #3b4b68 }
  body:not(.graphiql-light) #panel :is(select, input) { background: #1a2130; border-color: #4d5d7c }
  body:not(.graphiql-light) #panel li button:is(:hover, :focus-visible) { background: #2f3b53 }
  body:not(.graphiql-light) #panel li b { color: #9fb0cf }
}
body.graphiql-dark #panel { color: #c5cede; background: #212a3b; border-color: #3b4b68 }
@media (max-width: 800px) { body { flex-direction: column } #panel { width: 100%; height: 40dvh; border-right: 0 } #root { height: 60dvh } }
`;
