/* What the questions about providers, claims and policies are answered with. */
export interface FoundKey {
    kid?: string; alg?: string; kty?: string; use?: string; crv?: string; bits?: number;
    thumbprint?: string; state: string; reason?: string;
}
export interface Provider {
    id: string; name: string; signing_method: string; identity_claim: string;
    scope_claim: string; client_claim: string; audience: string; advice: string;
}
export interface Discovery {
    issuer: string; metadata_url: string; jwks_uri: string; token_endpoint: string;
    algorithms: string[]; scopes: string[]; keys: FoundKey[];
    warnings: {code: string; message: string}[]; provider: Provider;
}
export interface FoundClaim {
    path: string; kind: string; value: unknown; identity: boolean; scopes: string[];
}
export interface Claims {
    header: Record<string, unknown>; claims: Record<string, unknown>; found: FoundClaim[];
}
export interface Limit {
    rate: number; per: number; quota_max: number; quota_renewal_rate: number;
    throttle_interval: number; throttle_retry_limit: number; max_query_depth: number;
}
export interface Right {
    api_id: string; api_name: string; versions: string[];
    allowed_urls: {url: string; methods: string[]}[]; granted_by: string[];
    limit: Limit; won_by: Record<string, string>;
}
export interface Conflict {
    severity: "fault" | "warning"; reason: string; message: string;
    policies: string[]; apis: string[];
}
export interface Effective {
    verdict: "merged" | "refused"; reason?: string; message?: string;
    policies: {id: string; name: string; active: boolean; scope?: string; partitions: string[]}[];
    unknown: string[]; unmapped: string[]; conflicts: Conflict[];
    is_inactive?: boolean; limit?: Limit; won_by?: Record<string, string>; apis?: Right[];
}
export interface EffectiveQuestion {
    policies?: string[]; scopes?: string[]; api_id?: string;
    scope_to_policy?: Record<string, string>; documents?: unknown[];
}
