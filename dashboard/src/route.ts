/* Addresses behind '#': "#/apis/orders?search=a". Any folder may hold the page. */
import {useLayoutEffect, useState} from "preact/hooks";

export interface Route { place: string; id: string | null; query: URLSearchParams }

function read(): Route {
    const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
    const [place, ...rest] = path.split("/");
    let id: string | null = null;
    try {
        id = rest.length > 0 ? decodeURIComponent(rest.join("/")) : null;
    } catch { /* no id that we wrote */ }
    return {place: place || "overview", id, query: new URLSearchParams(query ?? "")};
}

export function useRoute(): Route {
    const [route, set] = useState(read);
    /* Before the browser does anything else: no change may come in between. */
    useLayoutEffect(() => {
        const changed = () => set(read());
        addEventListener("hashchange", changed);
        return () => removeEventListener("hashchange", changed);
    }, []);
    return route;
}

export function address(place: string, id?: string, query?: Record<string, string>): string {
    const rest = id === undefined ? "" : `/${encodeURIComponent(id)}`;
    return `#/${place}${rest}${query ? `?${new URLSearchParams(query)}` : ""}`;
}

export function go(to: string) { location.hash = to.slice(1); }
