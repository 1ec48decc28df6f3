// Hooks.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { changes } from './live';
import { parseRoute, type Route } from './route';

export interface Resource<T> {
  data: T | null;
  error: unknown;
  isLoading: boolean;
  /** Fetches it once more. */
  reload: () => void;
}

/**
 * Fetches something, and again after each change. The key says what is fetched; `null` fetches nothing. At most one fetch is
 * under way, so that many changes do not pile up.
 */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key: string | null; data: T | null; error: unknown }>({ key: null, data: null, error: null });
  const latest = useRef(load);
  latest.current = load;
  const reload = useRef(() => {});

  useEffect(() => {
    if (key === null) return undefined;
    const control = new AbortController();
    let isRunning = false;
    let again = false;
    const run = async () => {
      again = true;
      if (isRunning) return;
      isRunning = true;
      while (again && !control.signal.aborted) {
        again = false;
        try {
          const data = await latest.current(control.signal);
          if (!control.signal.aborted) setState({ key, data, error: null });
        } catch (error) {
          if (!control.signal.aborted) setState((old) => ({ key, data: old.key === key ? old.data : null, error }));
        }
      }
      isRunning = false;
    };
    reload.current = () => void run();
    void run();
    const stop = changes.subscribe(() => void run());
    return () => {
      stop();
      control.abort();
    };
  }, [key]);

  const again = useCallback(() => reload.current(), []);
  const isCurrent = state.key === key;
  return {
    data: isCurrent ? state.data : null,
    error: isCurrent ? state.error : null,
    isLoading: key !== null && !isCurrent,
    reload: again,
  };
}

/** The route of the page. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const update = () => setRoute(parseRoute(location.hash));
    update();
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  return route;
}

const WIDE = '(min-width: 960px)';

/** Whether there is room for two panes; `views.css` has the same width. */
export function useWide(): boolean {
  const [isWide, setWide] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const media = matchMedia(WIDE);
    const update = () => setWide(media.matches);
    update();
    media.addEventListener('change', update);
    return () => media.removeEventListener('change', update);
  }, []);
  return isWide;
}

/** Does something once a value has not changed for a while. */
export function useDebounced(value: string, ms: number, act: (value: string) => void): void {
  const latest = useRef(act);
  latest.current = act;
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return undefined;
    }
    const timer = setTimeout(() => latest.current(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
}
