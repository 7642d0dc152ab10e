/*
 * What the questions about providers, claims and policies are answered with. The
 * control API's description says which members; answers have each of them, but
 * those of keys and those that depend on the verdict.
 */
import type * as api from "./api_types";
import type {Of} from "./control";

type Whole<T> = T extends (infer One)[] ? Whole<One>[]
    : T extends object ? {[k in keyof T]-?: Whole<T[k]>} : T;

export type Discovery = Whole<Omit<api.Discovery, "keys">> & Pick<api.Discovery, "keys">;
export type FoundClaim = Whole<Of<api.Claims["found"]>>;
export type Claims = Omit<api.Claims, "found"> & {found: FoundClaim[]};

export type Right = Whole<Of<api.Effective["apis"]>>;
export type Limit = Right["limit"];
export type Conflict = Whole<Omit<Of<api.Effective["conflicts"]>, "severity">> & {
    severity: "fault" | "warning"};
export type Effective = Omit<api.Effective, "verdict" | "policies" | "conflicts" | "apis"> & {
    verdict: "merged" | "refused";
    policies: Whole<Omit<Of<api.Effective["policies"]>, "scope">>[];
    conflicts: Conflict[]; apis?: Right[]};
