/** The parts of a sample invoice that matter to KSeF; all have defaults. Texts go into the XML as they are. */
export interface SampleInvoice {
  sellerNip?: string;
  sellerName?: string;
  number?: string;
  /** `YYYY-MM-DD`. */
  issueDate?: string;
  kind?: string;
  /** Name of the one line. */
  item?: string;
  /** XML placed after `Fa`. */
  extra?: string;
}

/** A small valid FA(3) document: one line, 100.00 PLN net at 23 %, 123.00 PLN gross. */
export function sampleInvoiceXml({
  sellerNip = "5265877635",
  sellerName = "Sprzedawca",
  number = "FV/1",
  issueDate = "2026-02-15",
  kind = "VAT",
  item = "Usługa",
  extra = "",
}: SampleInvoice = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">
  <Naglowek>
    <KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza>
    <WariantFormularza>3</WariantFormularza>
    <DataWytworzeniaFa>${issueDate}T08:00:00Z</DataWytworzeniaFa>
  </Naglowek>
  <Podmiot1>
    <DaneIdentyfikacyjne><NIP>${sellerNip}</NIP><Nazwa>${sellerName}</Nazwa></DaneIdentyfikacyjne>
    <Adres><KodKraju>PL</KodKraju><AdresL1>ul. Pierwsza 1, 00-001 Warszawa</AdresL1></Adres>
  </Podmiot1>
  <Podmiot2>
    <DaneIdentyfikacyjne><NIP>1111111111</NIP><Nazwa>Nabywca</Nazwa></DaneIdentyfikacyjne>
    <JST>2</JST>
    <GV>2</GV>
  </Podmiot2>
  <Fa>
    <KodWaluty>PLN</KodWaluty>
    <P_1>${issueDate}</P_1>
    <P_2>${number}</P_2>
    <P_13_1>100.00</P_13_1>
    <P_14_1>23.00</P_14_1>
    <P_15>123.00</P_15>
    <Adnotacje>
      <P_16>2</P_16><P_17>2</P_17><P_18>2</P_18><P_18A>2</P_18A>
      <Zwolnienie><P_19N>1</P_19N></Zwolnienie>
      <NoweSrodkiTransportu><P_22N>1</P_22N></NoweSrodkiTransportu>
      <P_23>2</P_23>
      <PMarzy><P_PMarzyN>1</P_PMarzyN></PMarzy>
    </Adnotacje>
    <RodzajFaktury>${kind}</RodzajFaktury>
    <FaWiersz><NrWierszaFa>1</NrWierszaFa><P_7>${item}</P_7><P_8A>szt.</P_8A><P_8B>1</P_8B><P_9A>100.00</P_9A><P_11>100.00</P_11><P_12>23</P_12></FaWiersz>
  </Fa>${extra}
</Faktura>
`;
}

/** The same in UTF-8. */
export const sampleInvoice = (parts?: SampleInvoice): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(sampleInvoiceXml(parts));
