//! Names of people by country, in the script of the country.
//!
//! An entry is the name, then `=` and its spelling in e-mail addresses and login names if that is not the
//! name in lower case.

use super::draw::Draw;

/// A country with names and a site.
pub(super) struct Country {
    /// ISO 3166-1 alpha-2.
    pub(super) code: &'static str,
    /// Country calling code.
    pub(super) calling_code: u16,
    /// City of the site.
    pub(super) city: &'static str,
    /// IANA time zone of the site.
    pub(super) time_zone: &'static str,
    /// Latitude and longitude of the site.
    pub(super) place: (f64, f64),
    first_names: &'static [&'static str],
    last_names: &'static [&'static str],
}

/// One name in both spellings.
#[derive(Clone)]
pub(super) struct Name {
    /// As the person writes it.
    pub(super) written: String,
    /// Lower case letters a to z only.
    pub(super) plain: String,
}

impl Country {
    /// A first name.
    pub(super) fn first_name(&self, draw: &mut Draw) -> Name {
        Name::parse(draw.pick::<&str>(self.first_names))
    }

    /// A last name.
    pub(super) fn last_name(&self, draw: &mut Draw) -> Name {
        Name::parse(draw.pick::<&str>(self.last_names))
    }

    /// A last name that is not `other`.
    pub(super) fn other_last_name(&self, draw: &mut Draw, other: &str) -> Name {
        let start = draw.below(self.last_names.len());
        let mut names = self.last_names.iter().cycle().skip(start).take(self.last_names.len());
        names
            .find_map(|entry| Some(Name::parse(entry)).filter(|name| name.written != other))
            .unwrap_or_else(|| Name::parse("Smith"))
    }
}

impl Name {
    fn parse(entry: &str) -> Self {
        match entry.split_once('=') {
            Some((written, plain)) => Self { written: written.to_owned(), plain: plain.to_owned() },
            None => Self {
                written: entry.to_owned(),
                plain: entry
                    .chars()
                    .filter(char::is_ascii_alphabetic)
                    .map(|c| c.to_ascii_lowercase())
                    .collect(),
            },
        }
    }
}

/// All countries. Every one of them has a location in the identity store.
pub(super) static COUNTRIES: [Country; 16] = [
    Country {
        code: "DE",
        calling_code: 49,
        city: "München",
        time_zone: "Europe/Berlin",
        place: (48.1374, 11.5755),
        first_names: &[
            "Anna",
            "Jürgen=juergen",
            "Käthe=kaethe",
            "Lukas",
            "Sören=soeren",
            "Ute",
            "Björn=bjoern",
            "Heike",
            "Max",
            "Jörg=joerg",
        ],
        last_names: &[
            "Müller=mueller",
            "Weiß=weiss",
            "Schäfer=schaefer",
            "Köhler=koehler",
            "Groß=gross",
            "Becker",
            "von der Heide",
            "Böhm=boehm",
            "Jäger=jaeger",
            "Krüger=krueger",
        ],
    },
    Country {
        code: "PL",
        calling_code: 48,
        city: "Kraków",
        time_zone: "Europe/Warsaw",
        place: (50.0647, 19.945),
        first_names: &[
            "Agnieszka",
            "Łukasz=lukasz",
            "Małgorzata=malgorzata",
            "Paweł=pawel",
            "Zofia",
            "Stanisław=stanislaw",
            "Żaneta=zaneta",
            "Michał=michal",
        ],
        last_names: &[
            "Wójcik=wojcik",
            "Dąbrowska=dabrowska",
            "Zieliński=zielinski",
            "Kamińska=kaminska",
            "Kozłowski=kozlowski",
            "Wiśniewska=wisniewska",
            "Gołąb=golab",
            "Ścibor=scibor",
        ],
    },
    Country {
        code: "CZ",
        calling_code: 420,
        city: "Brno",
        time_zone: "Europe/Prague",
        place: (49.1951, 16.6068),
        first_names: &[
            "Jiří=jiri",
            "Věra=vera",
            "Ondřej=ondrej",
            "Zdeňka=zdenka",
            "Tomáš=tomas",
            "Lenka",
            "Matěj=matej",
            "Šárka=sarka",
        ],
        last_names: &[
            "Novák=novak",
            "Dvořáková=dvorakova",
            "Černý=cerny",
            "Růžičková=ruzickova",
            "Němec=nemec",
            "Šťastný=stastny",
            "Horáková=horakova",
            "Kříž=kriz",
        ],
    },
    Country {
        code: "TR",
        calling_code: 90,
        city: "İzmir",
        time_zone: "Europe/Istanbul",
        place: (38.4237, 27.1428),
        first_names: &[
            "Ayşe=ayse",
            "İbrahim=ibrahim",
            "Çağla=cagla",
            "Gökhan=gokhan",
            "Işıl=isil",
            "Murat",
            "Şule=sule",
            "Yiğit=yigit",
        ],
        last_names: &[
            "Yılmaz=yilmaz",
            "Çelik=celik",
            "Öztürk=ozturk",
            "Şahin=sahin",
            "Doğan=dogan",
            "Kılıç=kilic",
            "Aydın=aydin",
            "Güneş=gunes",
        ],
    },
    Country {
        code: "ES",
        calling_code: 34,
        city: "A Coruña",
        time_zone: "Europe/Madrid",
        place: (43.3623, -8.4115),
        first_names: &[
            "José=jose",
            "María José=mariajose",
            "Íñigo=inigo",
            "Begoña=begona",
            "Ramón=ramon",
            "Lucía=lucia",
            "Álvaro=alvaro",
            "Nerea",
        ],
        last_names: &[
            "García Núñez=garcia",
            "Muñoz=munoz",
            "Peña=pena",
            "Ibáñez=ibanez",
            "López=lopez",
            "Sánchez=sanchez",
            "Agüero=aguero",
            "Ordóñez=ordonez",
        ],
    },
    Country {
        code: "VN",
        calling_code: 84,
        city: "Đà Nẵng",
        time_zone: "Asia/Ho_Chi_Minh",
        place: (16.0544, 108.2022),
        first_names: &[
            "Thị Hương=huong",
            "Văn Đức=duc",
            "Minh Tuấn=tuan",
            "Ngọc Ánh=anh",
            "Quốc Bảo=bao",
            "Thu Thủy=thuy",
            "Hữu Nghĩa=nghia",
            "Mỹ Linh=linh",
        ],
        last_names: &[
            "Nguyễn=nguyen",
            "Trần=tran",
            "Lê=le",
            "Phạm=pham",
            "Hoàng=hoang",
            "Đặng=dang",
            "Bùi=bui",
            "Đỗ=do",
        ],
    },
    Country {
        code: "JP",
        calling_code: 81,
        city: "大阪市",
        time_zone: "Asia/Tokyo",
        place: (34.6937, 135.5023),
        first_names: &[
            "太郎=taro",
            "花子=hanako",
            "健一=kenichi",
            "さくら=sakura",
            "翔太=shota",
            "美咲=misaki",
            "陽子=yoko",
            "大輔=daisuke",
        ],
        last_names: &[
            "佐藤=sato",
            "鈴木=suzuki",
            "高橋=takahashi",
            "田中=tanaka",
            "渡辺=watanabe",
            "山本=yamamoto",
            "小林=kobayashi",
            "加藤=kato",
        ],
    },
    Country {
        code: "EG",
        calling_code: 20,
        city: "القاهرة",
        time_zone: "Africa/Cairo",
        place: (30.0444, 31.2357),
        first_names: &[
            "محمد=mohamed",
            "فاطمة=fatma",
            "أحمد=ahmed",
            "ليلى=layla",
            "يوسف=youssef",
            "مريم=maryam",
            "خالد=khaled",
            "نور=nour",
        ],
        last_names: &[
            "حسن=hassan",
            "إبراهيم=ibrahim",
            "عبد الله=abdallah",
            "مصطفى=mostafa",
            "السيد=elsayed",
            "منصور=mansour",
            "سليمان=soliman",
            "فاروق=farouk",
        ],
    },
    Country {
        code: "GR",
        calling_code: 30,
        city: "Θεσσαλονίκη",
        time_zone: "Europe/Athens",
        place: (40.6401, 22.9444),
        first_names: &[
            "Γεώργιος=georgios",
            "Ελένη=eleni",
            "Δημήτρης=dimitris",
            "Αικατερίνη=aikaterini",
            "Νίκος=nikos",
            "Σοφία=sofia",
            "Κώστας=kostas",
            "Ιωάννα=ioanna",
        ],
        last_names: &[
            "Παπαδόπουλος=papadopoulos",
            "Οικονόμου=oikonomou",
            "Νικολαΐδης=nikolaidis",
            "Αγγέλου=angelou",
            "Μακρής=makris",
            "Βλάχος=vlachos",
            "Δήμου=dimou",
            "Ζέρβας=zervas",
        ],
    },
    Country {
        code: "IN",
        calling_code: 91,
        city: "Pune",
        time_zone: "Asia/Kolkata",
        place: (18.5204, 73.8567),
        first_names: &[
            "प्रिया=priya",
            "Rahul",
            "अनिल=anil",
            "Lakshmi",
            "Venkat",
            "சுந்தர்=sundar",
            "Meera",
            "Arjun",
        ],
        last_names: &[
            "शर्मा=sharma",
            "Iyer",
            "पाटिल=patil",
            "Reddy",
            "Chatterjee",
            "குமார்=kumar",
            "D'Souza",
            "Singh",
        ],
    },
    Country {
        code: "FR",
        calling_code: 33,
        city: "Nîmes",
        time_zone: "Europe/Paris",
        place: (43.8367, 4.3601),
        first_names: &[
            "Zoë=zoe",
            "François=francois",
            "Hélène=helene",
            "Jérôme=jerome",
            "Anaïs=anais",
            "Noël=noel",
            "Chloé=chloe",
            "Luc",
        ],
        last_names: &[
            "L'Hôpital=lhopital",
            "Lefèvre=lefevre",
            "Durand",
            "Châtelain=chatelain",
            "d'Ormesson",
            "Bœuf=boeuf",
            "Garçon=garcon",
            "Ménard=menard",
        ],
    },
    Country {
        code: "SE",
        calling_code: 46,
        city: "Malmö",
        time_zone: "Europe/Stockholm",
        place: (55.605, 13.0038),
        first_names: &[
            "Åsa=asa",
            "Göran=goran",
            "Märta=marta",
            "Östen=osten",
            "Elin",
            "Håkan=hakan",
            "Sigrid",
            "Nils",
        ],
        last_names: &[
            "Åkesson=akesson",
            "Söderberg=soderberg",
            "Björklund=bjorklund",
            "Nyström=nystrom",
            "Lind",
            "Sjögren=sjogren",
            "Hägg=hagg",
            "Öberg=oberg",
        ],
    },
    Country {
        code: "UA",
        calling_code: 380,
        city: "Львів",
        time_zone: "Europe/Kyiv",
        place: (49.8397, 24.0297),
        first_names: &[
            "Олена=olena",
            "Андрій=andrii",
            "Їлля=yillia",
            "Тарас=taras",
            "Наталія=nataliia",
            "Юрій=yurii",
            "Оксана=oksana",
            "Ганна=hanna",
        ],
        last_names: &[
            "Шевченко=shevchenko",
            "Коваленко=kovalenko",
            "Бондар=bondar",
            "Ткачук=tkachuk",
            "Мельник=melnyk",
            "Гончар=honchar",
            "Лисенко=lysenko",
            "Щербак=shcherbak",
        ],
    },
    Country {
        code: "KR",
        calling_code: 82,
        city: "부산",
        time_zone: "Asia/Seoul",
        place: (35.1796, 129.0756),
        first_names: &[
            "민준=minjun",
            "서연=seoyeon",
            "지훈=jihoon",
            "수빈=subin",
            "예은=yeeun",
            "현우=hyunwoo",
            "유진=yujin",
            "도윤=doyun",
        ],
        last_names: &["김=kim", "이=lee", "박=park", "최=choi", "정=jung", "강=kang", "조=cho", "윤=yoon"],
    },
    Country {
        code: "BR",
        calling_code: 55,
        city: "São Paulo",
        time_zone: "America/Sao_Paulo",
        place: (-23.5505, -46.6333),
        first_names: &[
            "João=joao",
            "Luísa=luisa",
            "Antônio=antonio",
            "Conceição=conceicao",
            "Thaís=thais",
            "Otávio=otavio",
            "Débora=debora",
            "Caio",
        ],
        last_names: &[
            "Gonçalves=goncalves",
            "Araújo=araujo",
            "Simões=simoes",
            "Conceição=conceicao",
            "Magalhães=magalhaes",
            "Silva",
            "Assunção=assuncao",
            "Brandão=brandao",
        ],
    },
    Country {
        code: "GB",
        calling_code: 44,
        city: "Leeds",
        time_zone: "Europe/London",
        place: (53.8008, -1.5491),
        first_names: &["Siân=sian", "Oliver", "Niamh", "Zoe", "Callum", "Gwenllian", "Euan", "Priti"],
        last_names: &[
            "O'Neill",
            "Smith-Jones",
            "MacLeod",
            "Hughes",
            "Ó Briain=obriain",
            "Taylor",
            "Featherstonehaugh",
            "Null",
        ],
    },
];
