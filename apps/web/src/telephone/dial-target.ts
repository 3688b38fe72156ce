/** How people write numbers: digits with what stands between them. */
const writtenNumber = /^[+*(#\d][\d\s().*#-]*$/;

/** The SIP URI (RFC 3261 §19.1) for a number as people write it, or for a name or `sip:` address that the server gave. */
export function dialTarget(target: string, host: string): string {
  if (target.startsWith("sip:")) return target;
  const user = writtenNumber.test(target) ? target.replaceAll(/[\s().-]/g, "") : target;
  return `sip:${encodeURIComponent(user)}@${host}`;
}
