/* The page: who is signed in, where one is, and which screen that is. */
import {render, type ComponentChildren} from "preact";
import {useEffect, useLayoutEffect, useRef, useState} from "preact/hooks";
import {call, forgetSecret, get, isWrongSecret, keepSecret, onRefused, secret,
        takeSecretFromAddress} from "./control";
import {CommandBar, type Command} from "./command";
import {forgetDrafts} from "./editor";
import {address, useRoute, type Route} from "./route";
import {Apis} from "./screens/apis";
import {Explain} from "./screens/explain";
import {Identity} from "./screens/identity";
import {KeysAndRevocations} from "./screens/keys";
import {Overview} from "./screens/overview";
import {Policies} from "./screens/policies";
import {System} from "./screens/system";
import {Try} from "./screens/try";
import {Help, useShortcuts} from "./shortcuts";
import {t} from "./text";
import {MayChange, Notice, TextField, useAction} from "./widgets";

const IDLE_MS = 30 * 60 * 1000;
const THEME = "jotgate.theme";

type Place = Exclude<keyof typeof t.places, "label">;
const screens: Record<Place, (route: Route, theme: string) => ComponentChildren> = {
    overview: (route, theme) => <Overview route={route} theme={theme} />,
    apis: (route) => <Apis route={route} />,
    policies: (route) => <Policies route={route} />,
    identity: (route) => <Identity route={route} />,
    keys: (route) => <KeysAndRevocations key={`${route.query.get("do")} ${route.query.get("at")}`} route={route} />,
    explain: (route) => <Explain key={String(route.query)} route={route} />,
    try: (route) => <Try key={route.query.get("api")} route={route} />,
    system: (route) => <System key={route.query.get("at")} />,
};

function useTheme(): [string, (theme: string) => void] {
    const [theme, set] = useState(localStorage.getItem(THEME) ?? "system");
    document.documentElement.dataset.theme = theme;
    return [theme, (next) => {
        localStorage.setItem(THEME, next);
        document.documentElement.dataset.theme = next;
        set(next);
    }];
}

function ThemeSwitch(p: {theme: string; onInput: (theme: string) => void}) {
    return <select class="theme" aria-label={t.theme.label} value={p.theme}
                   onChange={(e) => p.onInput(e.currentTarget.value)}>
        {(["system", "light", "dark"] as const).map((name) =>
            <option value={name} selected={name === p.theme}>{t.theme[name]}</option>)}
    </select>;
}

function SignIn(p: {message: string; onDone: () => void}) {
    const [typed, setTyped] = useState("");
    const {busy, problem, run} = useAction();
    const signIn = () => run(async () => {
        keepSecret(typed);
        try {
            await call("GET", "/tyk/policies");
        } catch (e) {
            forgetSecret();
            throw e;
        }
        p.onDone();
    });
    return <main class="signin">
        <h1>{t.name}</h1>
        {p.message && !problem && <Notice kind="info">{p.message}</Notice>}
        {problem && <Notice kind="error">
            {isWrongSecret(problem) ? t.signIn.wrong : problem.message}</Notice>}
        <form onSubmit={(e) => { e.preventDefault(); void signIn(); }}>
            <TextField label={t.signIn.secret} type="password" value={typed} required autofocus
                       onInput={setTyped} help={t.signIn.help} />
            <button class="main" disabled={busy}>{t.signIn.button}</button>
        </form>
    </main>;
}

/* Signs out when nobody touched the page for a while. */
function useIdle(signedIn: boolean, onIdle: () => void) {
    const last = useRef(Date.now());
    useEffect(() => {
        if (!signedIn)
            return;
        last.current = Date.now();
        const touched = () => { last.current = Date.now(); };
        const timer = setInterval(() => {
            if (Date.now() - last.current > IDLE_MS)
                onIdle();
        }, 10000);
        addEventListener("pointerdown", touched);
        addEventListener("keydown", touched);
        return () => {
            clearInterval(timer);
            removeEventListener("pointerdown", touched);
            removeEventListener("keydown", touched);
        };
    }, [signedIn]);
}

function shellCommands(setTheme: (theme: string) => void, help: () => void,
                       signOut: () => void): Command[] {
    const kind = t.command.action;
    return [
        ...(["system", "light", "dark"] as const).map((name): Command =>
            ({name: t.command.theme(t.theme[name]), kind, run: () => setTheme(name)})),
        {name: t.command.help, kind, run: help}, {name: t.signOut, kind, run: signOut}];
}

function Shell(p: {route: Route; theme: string; setTheme: (theme: string) => void;
                   onSignOut: () => void; children: ComponentChildren}) {
    const place = p.route.place in screens ? p.route.place : "overview";
    const [over, setOver] = useState<"command" | "help" | null>(null);
    useShortcuts({command: () => setOver("command"), help: () => setOver("help")});
    /* Before anything can be pressed: later, it would take the focus away again. */
    useLayoutEffect(() => {
        document.title = `${t.places[place as Place]} · ${t.name}`;
        document.querySelector("main")?.focus();
        scrollTo(0, 0);
    }, [place, p.route.id]);
    return <>
        <a class="skip" href="#main" onClick={(e) => {
            e.preventDefault();
            document.querySelector("main")?.focus();
        }}>{t.skip}</a>
        <header>
            <a class="brand" href={address("overview")}>{t.name}</a>
            <nav aria-label={t.places.label}>
                {(Object.keys(screens) as Place[]).map((name) =>
                    <a href={address(name)} aria-current={name === place ? "page" : undefined}>
                        {t.places[name]}</a>)}
            </nav>
            <div class="tools">
                <button type="button" onClick={() => setOver("command")}
                        title={t.command.title}>{t.command.open} <kbd aria-hidden="true">{t.command.key}</kbd></button>
                <button type="button" onClick={() => setOver("help")}
                        aria-label={t.help.open} title={t.help.open}>?</button>
                <ThemeSwitch theme={p.theme} onInput={p.setTheme} />
                <button type="button" onClick={p.onSignOut}>{t.signOut}</button>
            </div>
        </header>
        <main id="main" tabIndex={-1} data-place={[place, ...p.route.id === null ? [] : [p.route.id]].join("/")}>
            {p.children}</main>
        {over === "command" && <CommandBar onClose={() => setOver(null)} shell={shellCommands(
            p.setTheme, () => setOver("help"), p.onSignOut)} />}
        {over === "help" && <Help onClose={() => setOver(null)} />}
    </>;
}

/* What the secret may do; until the answer is there, buttons are not grey. */
function useAccess(signedIn: boolean): boolean {
    const [may, setMay] = useState(true);
    useEffect(() => {
        let live = true;        // the next one may have another secret
        setMay(true);
        if (signedIn)
            get<{may: string}>("/tyk/access").then((a) => { if (live) setMay(a.may === "change"); },
                                                   () => {});
        return () => { live = false; };
    }, [signedIn]);
    return may;
}

function App() {
    const route = useRoute();
    const [theme, setTheme] = useTheme();
    const [signedIn, setSignedIn] = useState(secret() !== "");
    const [message, setMessage] = useState("");
    const leave = (why: string) => {
        forgetSecret();
        forgetDrafts();
        setMessage(why);
        setSignedIn(false);
    };
    useLayoutEffect(() => onRefused(() => {
        setMessage(t.signIn.wrong);
        setSignedIn(false);
    }), []);
    const may = useAccess(signedIn);
    useIdle(signedIn, () => leave(t.signIn.idle));
    if (!signedIn)
        return <SignIn message={message} onDone={() => { setMessage(""); setSignedIn(true); }} />;
    const place = (route.place in screens ? route.place : "overview") as Place;
    return <MayChange.Provider value={may}>
        <Shell route={route} theme={theme} setTheme={setTheme} onSignOut={() => leave("")}>
            {!may && <Notice kind="info">{t.readOnly}</Notice>}
            {screens[place](route, theme)}
        </Shell>
    </MayChange.Provider>;
}

takeSecretFromAddress();
/* Such a link in a tab that has the page already loads nothing by itself. */
addEventListener("hashchange", () => {
    if (takeSecretFromAddress())
        location.reload();
});
render(<App />, document.getElementById("app")!);
