declare module "jotgate:reasons" {
    const reasons: Record<string, {status: number; help: string}>;
    export default reasons;
}
