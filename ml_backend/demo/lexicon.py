"""The demo's words: English and Spanish side by side, by the slot of a sentence frame that they fill.

Every entry of `NOUNS` is (English, Spanish, gender of the Spanish word); a slot is singular or plural as a
whole, so that verbs in the frames agree. `PLAIN` words do not change with what stands around them.
"""

Entry = tuple[str, str, str]
Pair = tuple[str, str]

NOUNS: dict[str, tuple[Entry, ...]] = {
    # health
    "facility": (
        ("hospital", "hospital", "m"), ("clinic", "clínica", "f"), ("infirmary", "enfermería", "f"),
        ("dispensary", "dispensario", "m"), ("sanatorium", "sanatorio", "m"),
        ("maternity", "maternidad", "f"),
    ),
    "depot": (
        ("pharmacy", "farmacia", "f"), ("laboratory", "laboratorio", "m"),
        ("pharmacist", "farmacéutica", "f"),
    ),
    "doctor": (
        ("doctor", "médico", "m"), ("nurse", "enfermera", "f"), ("surgeon", "cirujano", "m"),
        ("midwife", "partera", "f"), ("pediatrician", "pediatra", "f"), ("specialist", "especialista", "m"),
        ("physician", "doctora", "f"),
    ),
    "disease": (
        ("malaria", "paludismo", "m"), ("cholera", "cólera", "m"), ("measles", "sarampión", "m"),
        ("dengue", "dengue", "m"), ("flu", "gripe", "f"), ("tuberculosis", "tuberculosis", "f"),
        ("pneumonia", "neumonía", "f"), ("hepatitis", "hepatitis", "f"), ("chickenpox", "varicela", "f"),
        ("typhus", "tifus", "m"),
    ),
    "condition": (
        ("diabetes", "diabetes", "f"), ("anemia", "anemia", "f"), ("hypertension", "hipertensión", "f"),
        ("arthritis", "artritis", "f"), ("bronchitis", "bronquitis", "f"),
    ),
    "bite": (("malaria", "paludismo", "m"), ("dengue", "dengue", "m")),
    "symptom": (
        ("fever", "fiebre", "f"), ("cough", "tos", "f"), ("rash", "sarpullido", "m"),
        ("vomiting", "vómito", "m"), ("dehydration", "deshidratación", "f"), ("bleeding", "hemorragia", "f"),
        ("headache", "jaqueca", "f"), ("diarrhea", "diarrea", "f"), ("dizziness", "mareo", "m"),
    ),
    "remedy": (
        ("vaccine", "vacuna", "f"), ("medicine", "medicina", "f"), ("antibiotic", "antibiótico", "m"),
        ("syrup", "jarabe", "m"), ("injection", "inyección", "f"), ("serum", "suero", "m"),
        ("pill", "pastilla", "f"), ("ointment", "pomada", "f"),
    ),
    "organ": (
        ("chest", "pecho", "m"), ("stomach", "estómago", "m"), ("skin", "piel", "f"),
        ("throat", "garganta", "f"), ("heart", "corazón", "m"), ("liver", "hígado", "m"),
        ("kidney", "riñón", "m"),
    ),
    "joint": (
        ("knee", "rodilla", "f"), ("ankle", "tobillo", "m"), ("shoulder", "hombro", "m"),
        ("foot", "pie", "m"),
    ),
    # other
    "player": (
        ("goalkeeper", "portero", "m"), ("striker", "delantero", "m"), ("captain", "capitán", "m"),
        ("defender", "defensa", "m"), ("midfielder", "mediocampista", "m"),
    ),
    "runner": (("runner", "corredora", "f"), ("cyclist", "ciclista", "m"), ("swimmer", "nadadora", "f")),
    "race": (("race", "carrera", "f"), ("marathon", "maratón", "m"), ("relay", "relevo", "m")),
    "team": (("team", "equipo", "m"), ("club", "club", "m"), ("squad", "selección", "f")),
    "match": (
        ("match", "partido", "m"), ("final", "final", "f"), ("tournament", "torneo", "m"),
        ("championship", "campeonato", "m"), ("league", "liga", "f"),
    ),
    "weather": (
        ("storm", "tormenta", "f"), ("rain", "lluvia", "f"), ("wind", "viento", "m"), ("snow", "nieve", "f"),
        ("frost", "helada", "f"), ("hail", "granizo", "m"), ("fog", "niebla", "f"),
        ("flood", "inundación", "f"),
    ),
    "ground": (
        ("road", "carretera", "f"), ("bridge", "puente", "m"), ("beach", "playa", "f"),
        ("airport", "aeropuerto", "m"), ("path", "sendero", "m"),
    ),
    "business": (
        ("bank", "banco", "m"), ("factory", "fábrica", "f"), ("shop", "tienda", "f"),
        ("company", "empresa", "f"),
        ("cooperative", "cooperativa", "f"), ("mill", "molino", "m"),
    ),
    "politician": (
        ("minister", "ministra", "f"), ("senator", "senador", "m"), ("governor", "gobernador", "m"),
        ("deputy", "diputada", "f"), ("president", "presidente", "m"), ("candidate", "candidata", "f"),
    ),
    "law": (
        ("law", "ley", "f"), ("reform", "reforma", "f"), ("budget", "presupuesto", "m"),
        ("treaty", "tratado", "m"), ("tax", "impuesto", "m"), ("decree", "decreto", "m"),
    ),
    "chamber": (
        ("congress", "congreso", "m"), ("senate", "senado", "m"), ("council", "concejo", "m"),
        ("government", "gobierno", "m"), ("assembly", "asamblea", "f"),
    ),
    "teacher": (
        ("teacher", "maestra", "f"), ("professor", "profesor", "m"), ("principal", "directora", "f"),
        ("tutor", "tutora", "f"),
    ),
    "school": (
        ("school", "escuela", "f"), ("university", "universidad", "f"), ("library", "biblioteca", "f"),
        ("institute", "instituto", "m"), ("college", "colegio", "m"),
    ),
    "subject": (
        ("history", "historia", "f"), ("geography", "geografía", "f"), ("reading", "lectura", "f"),
        ("grammar", "gramática", "f"), ("chemistry", "química", "f"), ("physics", "física", "f"),
    ),
    "artist": (
        ("singer", "cantante", "f"), ("painter", "pintor", "m"), ("writer", "escritora", "f"),
        ("musician", "músico", "m"), ("actress", "actriz", "f"), ("dancer", "bailarina", "f"),
    ),
    "work": (
        ("song", "canción", "f"), ("novel", "novela", "f"), ("film", "película", "f"), ("play", "obra", "f"),
        ("concert", "concierto", "m"), ("exhibition", "exposición", "f"),
    ),
    "venue": (
        ("theater", "teatro", "m"), ("museum", "museo", "m"), ("gallery", "galería", "f"),
        ("cinema", "cine", "m"),
    ),
    # both
    "place": (
        ("village", "pueblo", "m"), ("city", "ciudad", "f"), ("valley", "valle", "m"),
        ("region", "región", "f"),
        ("port", "puerto", "m"), ("capital", "capital", "f"), ("neighborhood", "barrio", "m"),
        ("province", "provincia", "f"), ("district", "distrito", "m"),
    ),
    "period": (
        ("week", "semana", "f"), ("morning", "mañana", "f"), ("month", "mes", "m"), ("year", "año", "m"),
        ("evening", "noche", "f"), ("afternoon", "tarde", "f"),
    ),
}  # fmt: skip

PLURALS: dict[str, tuple[Entry, ...]] = {
    # health
    "doctors": (
        ("doctors", "médicos", "m"), ("nurses", "enfermeras", "f"), ("surgeons", "cirujanos", "m"),
        ("midwives", "parteras", "f"), ("specialists", "especialistas", "m"),
        ("paramedics", "paramédicos", "m"),
    ),
    "patients": (
        ("patients", "pacientes", "m"), ("babies", "bebés", "m"), ("children", "niños", "m"),
        ("mothers", "madres", "f"), ("elders", "ancianos", "m"), ("infants", "lactantes", "m"),
    ),
    "remedies": (
        ("vaccines", "vacunas", "f"), ("medicines", "medicinas", "f"), ("antibiotics", "antibióticos", "m"),
        ("pills", "pastillas", "f"), ("injections", "inyecciones", "f"), ("bandages", "vendas", "f"),
        ("syringes", "jeringas", "f"), ("masks", "mascarillas", "f"),
    ),
    # other
    "players": (
        ("players", "jugadores", "m"), ("athletes", "atletas", "m"), ("rivals", "rivales", "m"),
        ("fans", "aficionados", "m"), ("champions", "campeonas", "f"),
    ),
    "goods": (
        ("tomatoes", "tomates", "m"), ("potatoes", "papas", "f"), ("onions", "cebollas", "f"),
        ("beans", "frijoles", "m"), ("eggs", "huevos", "m"), ("apples", "manzanas", "f"),
        ("peppers", "pimientos", "m"),
        ("oranges", "naranjas", "f"),
    ),
    "traders": (
        ("merchants", "comerciantes", "m"), ("farmers", "agricultores", "m"),
        ("fishermen", "pescadores", "m"),
        ("buyers", "compradores", "m"), ("sellers", "vendedores", "m"),
    ),
    "pupils": (
        ("students", "estudiantes", "m"), ("pupils", "alumnos", "m"), ("beginners", "principiantes", "m"),
    ),
    "crops": (
        ("fields", "campos", "m"), ("crops", "cultivos", "m"), ("harvests", "cosechas", "f"),
        ("roofs", "techos", "m"), ("houses", "casas", "f"),
    ),
    # both
    "people": (
        ("families", "familias", "f"), ("neighbors", "vecinos", "m"), ("women", "mujeres", "f"),
        ("men", "hombres", "m"), ("workers", "trabajadores", "m"), ("visitors", "visitantes", "m"),
        ("residents", "habitantes", "m"),
    ),
    "spans": (
        ("days", "días", "m"), ("weeks", "semanas", "f"), ("months", "meses", "m"), ("years", "años", "m"),
        ("hours", "horas", "f"),
    ),
}  # fmt: skip

PLAIN: dict[str, tuple[Pair, ...]] = {
    "number": (
        ("two", "dos"), ("three", "tres"), ("four", "cuatro"), ("five", "cinco"), ("six", "seis"),
        ("seven", "siete"), ("eight", "ocho"), ("nine", "nueve"), ("ten", "diez"), ("twelve", "doce"),
        ("fifteen", "quince"), ("twenty", "veinte"), ("thirty", "treinta"), ("forty", "cuarenta"),
        ("fifty", "cincuenta"),
    ),
    "day": (
        ("Monday", "lunes"), ("Tuesday", "martes"), ("Wednesday", "miércoles"), ("Thursday", "jueves"),
        ("Friday", "viernes"), ("Saturday", "sábado"), ("Sunday", "domingo"),
    ),
    "calendar": (
        ("January", "enero"), ("February", "febrero"), ("March", "marzo"), ("April", "abril"),
        ("May", "mayo"),
        ("June", "junio"), ("July", "julio"), ("August", "agosto"), ("September", "septiembre"),
        ("October", "octubre"), ("November", "noviembre"), ("December", "diciembre"),
    ),
    "town": tuple((name, name) for name in (
        "Valdeluna", "Montelargo", "Puertoclaro", "Riosanto", "Campoazul", "Villarroca", "Peñablanca",
        "Solera",
    )),
    "name": tuple((name, name) for name in (
        "Rosa Medina", "Tomás Quiroga", "Elena Prado", "Julio Ferrer", "Marta Luján", "Diego Salas",
    )),
}  # fmt: skip

GENERAL_SLOTS = ("place", "period", "people", "spans", "number", "day", "calendar")

FUNCTION_WORDS: tuple[Pair, ...] = (
    ("the", "el"), ("the", "la"), ("the", "los"), ("the", "las"), ("of", "de"), ("in", "en"), ("and", "y"),
    ("with", "con"), ("for", "para"), ("that", "que"), ("this", "este"), ("this", "esta"), ("a", "un"),
    ("a", "una"), ("not", "no"), ("more", "más"), ("before", "antes"), ("after", "después"),
    ("many", "muchos"), ("their", "sus"), ("its", "su"), ("was", "fue"), ("new", "nueva"),
    ("without", "sin"), ("local", "local"), ("said", "dijo"), ("according", "según"), ("during", "durante"),
    ("all", "todos"), ("to", "a"), ("by", "por"), ("last", "último"), ("against", "contra"),
    ("because", "porque"), ("well", "bien"), ("when", "cuando"), ("nobody", "nadie"), ("help", "ayuda"),
    ("questions", "preguntas"), ("friends", "amigos"), ("radio", "radio"),
)  # fmt: skip

FRAME_WORDS: tuple[Pair, ...] = (
    # health
    ("outbreak", "brote"), ("sick", "enfermos"), ("ill", "enfermos"), ("symptoms", "síntomas"),
    ("treated", "atendió"), ("operated", "operó"), ("vaccinated", "vacunaron"), ("beds", "camas"),
    ("emergency", "urgencias"), ("pain", "dolor"), ("examined", "examinó"), ("prescribed", "recetó"),
    ("diagnosed", "diagnosticaron"), ("recovered", "se recuperaron"), ("died", "murieron"),
    ("mosquitoes", "mosquitos"), ("health", "salud"), ("ambulance", "ambulancia"), ("blood", "sangre"),
    ("test", "prueba"), ("infection", "infección"), ("virus", "virus"), ("births", "partos"),
    ("relieve", "aliviar"), ("quarantine", "cuarentena"), ("cases", "casos"),
    # other
    ("won", "ganó"), ("lost", "perdió"), ("goals", "goles"), ("stadium", "estadio"), ("trophy", "trofeo"),
    ("medal", "medalla"), ("trained", "entrenaron"), ("season", "temporada"), ("clouds", "nubes"),
    ("temperature", "temperatura"), ("heat", "calor"), ("forecast", "pronóstico"), ("damaged", "dañó"),
    ("meeting", "reunión"), ("early", "temprano"), ("date", "fecha"), ("next", "próxima"), ("stay", "quedarse"),
    ("price", "precio"), ("market", "mercado"), ("sold", "vendieron"), ("bought", "compraron"),
    ("sales", "ventas"), ("wages", "salarios"), ("vote", "voto"), ("voted", "votó"), ("votes", "votos"),
    ("approved", "aprobó"), ("elections", "elecciones"), ("campaign", "campaña"),
    ("opposition", "oposición"), ("classes", "clases"), ("lessons", "lecciones"), ("exam", "examen"),
    ("books", "libros"), ("prize", "premio"), ("audience", "público"), ("festival", "festival"),
    ("music", "música"), ("stage", "escenario"), ("tickets", "boletos"), ("bus", "autobús"),
    ("money", "dinero"), ("water", "agua"), ("sun", "sol"), ("infected", "contagió"), ("cure", "cura"),
    ("worries", "preocupa"), ("protects", "protege"), ("test", "prueba"),
    ("boil", "hervir"), ("wash", "lavarse"), ("confirmed", "confirmó"), ("injured", "lesionó"),
    ("scored", "marcó"), ("stage", "escenario"), ("applauded", "aplaudió"), ("taught", "enseñó"),
    ("hire", "contratará"), ("lent", "prestó"), ("debated", "debatió"), ("doors", "puertas"),
)  # fmt: skip
