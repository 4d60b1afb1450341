import * as z from "zod";
import { sentence } from "./sentence.ts";

/** A country of an address or of a tax identifier (ISO 3166-1, and the additions of the official list). */
export const country = () =>
  z.enum(
    countries,
    sentence("This is not a country code of the official list.", "To nie jest kod kraju z oficjalnej listy."),
  );

/** A member state in a VAT number: Greece is EL, Northern Ireland is XI. */
export const euCountry = () =>
  z.enum(
    euCountries,
    sentence(
      "This is not a VAT prefix of an EU member state.",
      "To nie jest prefiks VAT państwa członkowskiego UE.",
    ),
  );

/** ISO 4217. */
export const currency = () =>
  z.enum(
    currencies,
    sentence(
      "This is not a currency code of the official list.",
      "To nie jest kod waluty z oficjalnej listy.",
    ),
  );

// Source: the FA(3) schema and the base schema KodyKrajow.
/** Countries of the official list. */
export const countries = list(`
  AF AX AL DZ AD AO AI AQ AG AN SA AR AM AW AU AT AZ BS BH BD BB BE BZ BJ BM BT BY BO BQ BA BW BR BN
  IO BG BF BI XC CL CN HR CW CY TD ME DK DM DO DJ EG EC ER EE ET FK FJ PH FI FR TF GA GM GH GI GR GD
  GL GE GU GG GY GF GP GT GN GQ GW HT ES HN HK IN ID IQ IR IE IS IL JM JP YE JE JO KY KH CM CA QA KZ
  KE KG KI CO KM CG CD KP XK CR CU KW LA LS LB LR LY LI LT LV LU MK MG YT MO MW MV MY ML MT MP MA MQ
  MR MU MX XL FM UM MD MC MN MS MZ MM NA NR NP NL DE NE NG NI NU NF NO NC NZ PS OM PK PW PA PG PY PE
  PN PF PL GS PT PR CF CZ KR ZA RE RU RO RW EH BL KN LC MF VC SV WS AS SM SN RS SC SL SG SK SI SO LK
  PM US SZ SD SS SR SJ SH SY CH SE TJ TH TW TZ TG TK TO TT TN TR TM TV UG UA UY UZ VU WF VA HU VE GB
  VN IT TL CI BV CX IM SX CK VI VG HM CC MH FO SB ST TC ZM CV ZW AE XI
`);

/** VAT prefixes. */
export const euCountries = list(`
  AT BE BG CY CZ DK EE FI FR DE EL HR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE XI
`);

/** Currencies of the official list. */
export const currencies = list(`
  AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN
  BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD
  FKP GBP GEL GGP GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS IMP INR IQD IRR ISK JEP JMD JOD
  JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR
  MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
  SAR SBD SCR SDG SEK SGD SHP SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH
  UGX USD USN UYI UYU UYW UZS VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT
  XSU XUA XXX YER ZAR ZMW ZWL
`);

function list(codes: string): string[] {
  return codes.trim().split(/\s+/);
}
