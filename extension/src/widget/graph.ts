/** The graph as an anywidget: draws its traits, and tells Python the chosen step. */
import { follow } from './follow';
import { Graph } from '../graph/graph';
import { keepKeys } from './keys';
import { nameHandles } from './handles';
import { NOTHING, type Picture } from '../graph/picture';
import type { State } from '../graph/states';
import { watchUnsaved } from './unsaved';

interface Traits {
  picture: Picture | Record<string, never>;
  states: Record<string, State>;
  selected: string;
  marked: string[];
  unsaved: string[];
  height: number;
}

/** The part of what anywidget gives `render` that is used here. */
interface Model {
  get<K extends keyof Traits>(name: K): Traits[K];
  set<K extends keyof Traits>(name: K, value: Traits[K]): void;
  save_changes(): void;
  send(message: object): void;
  on(event: string, call: (message: Message) => void): void;
  off(event: string, call: (message: Message) => void): void;
}

/** The messages that Python sends beside the traits. */
interface Message {
  follow?: string; // the class of a link to open
  quiet?: boolean; // without a kernel
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  keepKeys();
  const root = document.createElement('div');
  el.append(root);
  const graph = new Graph(root, id => {
    model.set('selected', id);
    model.save_changes();
    model.send({ clicked: id });
  });
  const stop = nameHandles(el);
  const forget = watchUnsaved(el, names => {
    model.set('unsaved', names);
    model.save_changes();
  });
  const show: Record<string, () => void> = {
    picture: () => graph.setPicture({ ...NOTHING, ...model.get('picture') }),
    height: () => graph.setHeight(model.get('height')),
    states: () => graph.setStates(model.get('states')),
    marked: () => graph.setMarked(model.get('marked')),
    selected: () => graph.setSelected(model.get('selected')),
  };
  const draw = batch(Object.keys(show), name => show[name]());
  const heard = Object.keys(show).map((name): [string, (message: Message) => void] => [
    `change:${name}`,
    () => draw(name),
  ]);
  heard.push([
    'msg:custom',
    message => message.follow && follow(el, message.follow, message.quiet === true),
  ]);
  for (const [event, call] of heard) model.on(event, call);
  for (const call of Object.values(show)) call();
  return () => {
    for (const [event, call] of heard) model.off(event, call);
    forget();
    stop();
    graph.destroy();
  };
}

/** Do what was asked for, once in a frame, in the order of `names`. */
function batch(names: string[], act: (name: string) => void): (name: string) => void {
  const wanted = new Set<string>();
  return name => {
    if (!wanted.size) {
      requestAnimationFrame(() => {
        const now = names.filter(one => wanted.has(one));
        wanted.clear();
        now.forEach(act);
      });
    }
    wanted.add(name);
  };
}

export default { render };
