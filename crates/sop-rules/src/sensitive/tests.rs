//! Papers that must be kept out, and those that only look alike.

use super::*;

fn check(path: &str, text: &str, columns: &[&str], expected: Option<&str>) {
    let columns: Vec<String> = columns.iter().map(|it| (*it).to_owned()).collect();
    assert_eq!(sensitive_document(path, text, &columns).as_deref(), expected, "{path}");
}

#[test]
fn pay_is_known_by_its_columns_whatever_the_file_is_called() {
    check("x.csv", "", &["Employee", "NI number", "Gross month", "Tax code", "Sort code"], Some("payroll data"));
    check("w-e 1 May COPY.csv", "", &["name", "hours", "rate", "gross"], Some("payroll data"));
    check("liste.csv", "", &["Mitarbeiter", "Bruttolohn", "Steuerklasse"], Some("payroll data"));
}

#[test]
fn files_of_credentials_are_known_by_name() {
    for path in ["db/.pgpass", ".netrc", "_netrc", "home/.my.cnf", ".htpasswd", "keys/id_rsa", "server.pem", "team.kdbx", "id_ed25519.bak"] {
        check(path, "", &[], Some("passwords"));
    }
    check("passwords.txt", "sage lena blumen", &[], Some("passwords"));
    check("logins.csv", "", &["Site", "User", "Password"], Some("passwords"));
    for path in
        ["id_rsa.pub", "my.cnf.md", "password policy.docx", "reset passwords - how to.txt", "netrc notes.txt", "pemberton.txt", "credentials request guide.md"]
    {
        check(path, "", &[], None);
    }
    check("users.csv", "", &["User", "Password last changed on"], None);
    check("tickets.csv", "", &["Ticket", "Subject"], None);
}

#[test]
fn tables_about_people_are_kept_out_in_any_file() {
    for ending in ["csv", "xlsx", "ods", "json"] {
        let file = |name: &str| format!("{name}.{ending}");
        check(&file("list"), "", &["unit", "owner", "sort_code", "account_number", "phone"], Some("bank and tax details"));
        check(&file("Personal"), "", &["PersNr", "Name", "IBAN", "SteuerID"], Some("bank and tax details"));
        check(&file("staff sickness log"), "", &["name", "date", "reason"], Some("sickness records"));
        check(&file("away"), "", &["Mitarbeiter", "Krank von", "bis"], Some("sickness records"));
        check(&file("survey"), "", &["household", "head", "phone", "well"], Some("birth dates or households"));
        check(&file("club"), "", &["Vorname", "Nachname", "Geburtsdatum"], Some("birth dates or households"));
        check(&file("x"), "", &["Name", "Salary"], Some("payroll data"));
        check(&file("team"), "", &["Name", "Mobile"], Some("home addresses and phone numbers"));
    }
}

#[test]
fn tables_that_only_look_alike_stay() {
    check("accounts.csv", "", &["Account number", "Name", "Type", "Balance"], None);
    check("accounts.xlsx", "", &["Account no", "Account name", "Debit", "Credit"], None);
    check("Owners.xlsx", "", &["Unit", "Owner", "Schedule", "Sq ft", "Quarter amount"], None);
    check("Who gets it.xlsx", "", &["Name", "Job", "Address", "Gets"], None);
    check("orders.csv", "", &["Order ID", "Customer name", "Email", "Mobile", "Delivery address"], None);
    check("leads.json", "", &["Company", "Name", "Mobile"], None);
    check("rota.csv", "", &["Name", "Hours", "Absence"], None);
    check("products.csv", "", &["Product name", "Gross", "Rate"], None);
    check("absence policy.csv", "", &["Name", "Text"], None);
    check("wells.csv", "", &["household", "well", "fluoride"], None);
}

#[test]
fn the_lists_that_pay_is_worked_out_with_stay() {
    check("Lohnliste.csv", "", &["PersNr", "Stunden", "Ueberstunden", "Kranktage", "Brutto"], None);
    check("payroll_2026-10.csv", "", &["Employee No", "Hours", "Rate", "Gross"], None);
    check("payroll_2026-10.csv", "", &["Employee", "Hours", "Rate", "Gross"], Some("payroll data"));
    check("payroll_2026-10.csv", "", &["Employee No", "Gross", "NI number"], Some("payroll data"));
}

#[test]
fn a_business_export_with_customers_is_an_input() {
    check("orders.csv", "", &["Order ID", "Customer", "Email", "Postcode", "Net", "Gross"], None);
    check("tickets.csv", "", &["Ticket", "Requester", "Requester email", "Subject"], None);
    check("intake.csv", "Field: Home_Address | Value: 9 Cobden View", &["Field", "Value"], None);
    check("credits.csv", "", &["organisation", "monthly_fee", "five_days"], None);
}

#[test]
fn papers_about_a_person_are_kept_out() {
    check("kyc/passport YD.pdf", "", &[], Some("identity paper"));
    check("clinic.csv", "", &["organisation", "practice manager", "mobile", "home address"], Some("home addresses and phone numbers"));
    check("hiring notes.docx", "Support adviser - interview notes. wants 27k, notice one month", &[], Some("interview notes"));
    check("partners drawings 2026.csv", "", &["month", "M Kinsella", "C Petrie"], Some("owners' drawings"));
    check("giveaway winner april.txt", "Winner of the acer\n14 Teasel Close\nWH4 8QL\nmob 07700 900417", &[], Some("prize winner's address"));
    check("scan3.pdf", "Kontoauszug\nAlter Kontostand 1.200,00\nNeuer Kontostand 900,00\nIBAN DE44", &[], Some("bank statement"));
    check("letter.pdf", "Our ref 12. Dear Sirs, we act for Oakfield Leisure. Unless paid we will issue proceedings.", &[], Some("legal letter"));
}

#[test]
fn papers_of_the_process_that_mention_such_things_stay() {
    check("packet.log", "STOPPED (6): 'bank statement Sept.pdf' must not leave the office", &[], None);
    check("What we need from you.docx", "Please bring a passport or driving licence and a bank statement.", &[], None);
    check("Engagement letter.docx", "Dear Mr Demir, we will act for you in the matter of accounts and tax returns.", &[], None);
    check("RE ID.eml", "a passport that ran out in August is not ID. photocard licence, and a video call", &[], None);
    check("notes.txt", "if a solicitor writes, pass it to Beth", &[], None);
}

#[test]
fn papers_about_a_person_are_known_in_four_languages() {
    for (path, text, reason) in [
        ("x.pdf", "BULLETIN DE PAIE. Salaire de base 2 400,00. Cotisations salariales 520,10. Net à payer 1 879,90", "payroll data"),
        ("x.docx", "Nómina. Salario base 1.400,00. Total devengado 1.650,00. Líquido a percibir 1.302,11", "payroll data"),
        ("nómina octubre.pdf", "", "payroll data"),
        (
            "a.docx",
            "Contract of employment between Fernbank Ltd and Amy Vance. Your employment starts on 1 May. Annual salary £31,000. Notice period one month.",
            "employment contract",
        ),
        (
            "b.pdf",
            "Arbeitsvertrag zwischen der Firma und Lena Krause. Die Probezeit beträgt sechs Monate, die Kündigungsfrist zwei Wochen. Urlaubsanspruch 28 Tage.",
            "employment contract",
        ),
        (
            "c.pdf",
            "Contrat de travail. L'employeur engage la salariée à compter du 1er mai. Période d'essai deux mois, préavis un mois.",
            "employment contract",
        ),
        (
            "d.pdf",
            "Contrato de trabajo. La empresa contrata a la trabajadora. Período de prueba dos meses. Salario bruto anual 24.000 euros.",
            "employment contract",
        ),
        ("e.jpg", "PASSEPORT Passeport n 12AB34567 Nationalité française Date de naissance 03 07 1984 Lieu de naissance LYON", "identity paper"),
        ("f.jpg", "DOCUMENTO NACIONAL DE IDENTIDAD Nacionalidad ESP Fecha de nacimiento 03 07 1984 Lugar de nacimiento MADRID", "identity paper"),
        ("g.pdf", "Maître Petit, avocat. Madame, notre cliente vous met en demeure. Mise en demeure de payer des dommages et intérêts.", "legal letter"),
        (
            "h.pdf",
            "Burofax. Muy señores nuestros: en nombre de nuestro cliente y antes de iniciar acciones legales, reclamamos daños y perjuicios. El abogado",
            "legal letter",
        ),
        ("i.pdf", "Certificat médical. Le médecin traitant. Arrêt de travail du 3 au 10 novembre.", "medical data"),
        ("j.pdf", "Informe médico. Paciente: A. Diagnóstico y tratamiento en la página dos.", "medical data"),
        ("k.pdf", "Arztbrief. Anamnese und Befund: der Patient kam mit Schmerzen.", "medical data"),
        ("CV Amy Vance.pdf", "Employment history. Education. Hobbies.", "interview notes"),
        ("Lebenslauf.docx", "Berufserfahrung, Ausbildung, Sprachkenntnisse", "interview notes"),
        ("Candidature J Petit.pdf", "Expérience professionnelle. Formation. Compétences.", "interview notes"),
        ("Currículum.pdf", "Experiencia laboral. Formación académica. Idiomas.", "interview notes"),
    ] {
        check(path, text, &[], Some(reason));
    }
    check("Payroll Nov 2026.csv", "", &["name", "amount"], Some("payroll data"));
}

#[test]
fn what_such_papers_are_made_with_stays() {
    for (path, text) in [
        ("contracts/Employment contract template.docx", "Contract of employment between us and [name]. Annual salary, notice period, probation."),
        ("Muster Arbeitsvertrag.docx", "Arbeitsvertrag. Probezeit, Kündigungsfrist, Urlaubsanspruch, der Arbeitgeber."),
        ("Payroll SOP.md", "1. Check gross pay and net pay against the tax code list. 2. Send NI number questions to Dana."),
        ("Passport release notes.md", "Passport 4.2 ships on 12 November. The passport service reads the tenant first."),
        (
            "supply contract Oakfield.docx",
            "This agreement between Oakfield Leisure and Fernbank covers the supply of bulbs until 2027. Notice is three months.",
        ),
        ("CV screening procedure.docx", "Shortlist candidates by work experience and education; invite three to an interview."),
        ("notes.txt", "diagnosis of the outage: the export ran twice. Symptoms were double rows."),
        ("procédure de paie.docx", "Le salaire brut et le net à payer sont contrôlés avant le bulletin de paie."),
        ("plantilla nómina.docx", "Salario base, total devengado, líquido a percibir: rellenar."),
    ] {
        check(path, text, &[], None);
    }
    check("payroll runs.csv", "", &["Run", "Date", "Amount"], None);
}

#[test]
fn every_language_of_drafts_has_the_reasons() {
    for (reason, _) in JUDGES {
        for say in sop_core::Lang::all() {
            assert!(say.reason(reason).is_some(), "{say:?} has no word for {reason}");
        }
    }
}
