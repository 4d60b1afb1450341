import { STATUS_CODES } from "node:http";

/** What a gateway in front of KSeF answers with; the form is that of the pages in ksef-api issue 852. */
export function gatewayPage(status: number): string {
  const title = `${status} ${STATUS_CODES[status] ?? "Error"}`;
  return `<html>
  <head><title>${title}</title></head>
  <body><center><h1>${title}</h1></center></body>
  <hr /><center>API</center>
</html>
`;
}

/** What the firewall in front of KSeF answers with; the form is that of the page in ksef-api issue 264. */
export const firewallPage = `<html>
<head>
<META NAME="robots" CONTENT="noindex,nofollow">
<script src="/_Incapsula_Resource?SWJIYLWA=5074a744e2e3d891814e9a2dace20bd4">
</script>
<body>
</body></html>
`;
