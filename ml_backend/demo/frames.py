"""The demo's sentence frames: English and Spanish side by side, written for this project.

`{slot:the}` is a word of the slot with its article, `{slot}` alone without; Spanish knows `el`, `un`, `del`,
`al` and `este`, each in the gender and number of the word. Slots of one name with different numbers are
filled with different words.
"""

Frame = tuple[str, str]

OPENERS: tuple[Frame, ...] = (
    ("on {day9}, ", "el {day9}, "),
    ("in {calendar9}, ", "en {calendar9}, "),
    ("in {town9}, ", "en {town9}, "),
    ("this {period9}, ", "{period9:este}, "),
    ("in {place9:the} of {town9}, ", "en {place9:el} de {town9}, "),
    ("according to {people9:the}, ", "según {people9:el}, "),
    ("after {number9} {spans9}, ", "después de {number9} {spans9}, "),
    ("once again, ", "una vez más, "),
    ("the local radio said that ", "la radio local dijo que "),
    ("{name9} said that ", "{name9} dijo que "),
)

HEALTH: tuple[Frame, ...] = (
    ("{doctor:the} at {facility:the} treated {number} {patients} with {disease}",
     "{doctor:el} {facility:del} atendió a {number} {patients} con {disease}"),
    ("an outbreak of {disease} worries {doctors:the} of {place:the}",
     "un brote de {disease} preocupa a {doctors:el} {place:del}"),
    ("{doctors:the} vaccinated {patients:the} against {disease}",
     "{doctors:el} vacunaron a {patients:el} contra {disease:el}"),
    ("{patients:the} arrived at {facility:the} with {symptom} and pain in {organ:the}",
     "{patients:el} llegaron {facility:al} con {symptom} y dolor en {organ:el}"),
    ("{depot:the} delivered {number} boxes of {remedies} to {facility:the}",
     "{depot:el} entregó {number} cajas de {remedies} {facility:al}"),
    ("{depot:the} ran out of {remedies} against {disease}",
     "{depot:el} se quedó sin {remedies} contra {disease:el}"),
    ("{doctor:the} prescribed {remedy:a} to relieve {symptom:the}",
     "{doctor:el} recetó {remedy:un} para aliviar {symptom:el}"),
    ("{symptom} and {symptom2} are the first symptoms of {disease}",
     "{symptom:el} y {symptom2:el} son los primeros síntomas {disease:del}"),
    ("{number} {people} died of {disease} in {place:the}",
     "{number} {people} murieron de {disease} en {place:el}"),
    ("{doctor:the} examined {patients:the} and took blood for a test",
     "{doctor:el} examinó a {patients:el} y tomó sangre para una prueba"),
    ("the test confirmed {number} new cases of {disease}",
     "la prueba confirmó {number} nuevos casos de {disease}"),
    ("{facility:the} has no beds left for the sick",
     "{facility:el} ya no tiene camas para los enfermos"),
    ("{doctors:the} ask {people:the} to wash their hands and to boil the water",
     "{doctors:el} piden a {people:el} lavarse las manos y hervir el agua"),
    ("an ambulance took {number} {patients} to {facility:the}",
     "una ambulancia llevó a {number} {patients} {facility:al}"),
    ("{patients:the} recovered after {number} {spans} in {facility:the}",
     "{patients:el} se recuperaron tras {number} {spans} en {facility:el}"),
    ("the virus infected {number} {patients} and {number2} {doctors}",
     "el virus contagió a {number} {patients} y a {number2} {doctors}"),
    ("the vaccine protects {patients:the} from {disease}",
     "la vacuna protege a {patients:el} {disease:del}"),
    ("the surgeon operated on {organ:the} of an elderly woman",
     "el cirujano operó {organ:el} de una anciana"),
    ("mosquitoes bring {bite} to {place:the} when water is left standing",
     "los mosquitos traen {bite:el} {place:al} cuando el agua se estanca"),
    ("{doctors:the} diagnosed {condition} in {number} {patients}",
     "{doctors:el} diagnosticaron {condition} a {number} {patients}"),
    ("{doctor:the} sees many {patients} with {condition} and {symptom}",
     "{doctor:el} ve a muchos {patients} con {condition} y {symptom}"),
    ("{facility:the} attended {number} births this {period}",
     "{facility:el} atendió {number} partos {period:este}"),
    ("without {remedies} the infection reaches {organ:the}",
     "sin {remedies} la infección llega {organ:al}"),
    ("{patients:the} with {disease} remain in quarantine at {facility:the}",
     "{patients:el} con {disease} siguen en cuarentena en {facility:el}"),
    ("{doctor:the} says that {remedy:the} does not cure {condition}",
     "{doctor:el} dice que {remedy:el} no cura {condition:el}"),
    ("the emergency room of {facility:the} was full of {patients} with {symptom}",
     "la sala de urgencias {facility:del} estaba llena de {patients} con {symptom}"),
)  # fmt: skip

SPORT: tuple[Frame, ...] = (
    ("{team:the} of {town} won {match:the} by {number} goals",
     "{team:el} de {town} ganó {match:el} por {number} goles"),
    ("{player:the} scored {number} goals in {match:the}", "{player:el} marcó {number} goles en {match:el}"),
    ("{people:the} filled the stadium to see {match:the}",
     "{people:el} llenaron el estadio para ver {match:el}"),
    ("{player:the} lifted the trophy after {match:the}", "{player:el} levantó el trofeo después {match:del}"),
    ("{players:the} trained for {number} {spans} with the coach",
     "{players:el} entrenaron {number} {spans} con el entrenador"),
    ("{team:the} lost {match:the} in the last minute", "{team:el} perdió {match:el} en el último minuto"),
    ("{runner:the} won a gold medal in {race:the}", "{runner:el} ganó una medalla de oro en {race:el}"),
    ("{players:the} cheered {runner:the} during {race:the}",
     "{players:el} animaron {runner:al} durante {race:el}"),
    ("{team:the} signs {player:a} for the new season",
     "{team:el} ficha a {player:un} para la nueva temporada"),
)  # fmt: skip

WEATHER: tuple[Frame, ...] = (
    ("{weather:the} damaged {crops:the} of {place:the}", "{weather:el} dañó {crops:el} {place:del}"),
    ("the forecast says that {weather:the} will reach {place:the}",
     "el pronóstico dice que {weather:el} llegará {place:al}"),
    ("{weather:the} closed {ground:the} for {number} {spans}",
     "{weather:el} cerró {ground:el} por {number} {spans}"),
    ("dark clouds covered {ground:the} of {town}", "nubes oscuras cubrieron {ground:el} de {town}"),
    ("the temperature fell to {number} degrees in {place:the}",
     "la temperatura bajó a {number} grados en {place:el}"),
    ("{people:the} cleaned {ground:the} after {weather:the}",
     "{people:el} limpiaron {ground:el} después {weather:del}"),
    ("the sun and the heat return to {place:the}", "el sol y el calor vuelven {place:al}"),
)  # fmt: skip

MARKET: tuple[Frame, ...] = (
    ("{traders:the} sold {goods} at a good price", "{traders:el} vendieron {goods} a buen precio"),
    ("the price of {goods:the} rose again in the market",
     "el precio {goods:del} volvió a subir en el mercado"),
    ("{business:the} pays better wages to {people:the}", "{business:el} paga mejores salarios a {people:el}"),
    ("{traders:the} bought {number} bags of {goods}", "{traders:el} compraron {number} sacos de {goods}"),
    ("{business:the} lent money to {traders:the} of {town}",
     "{business:el} prestó dinero a {traders:el} de {town}"),
    ("the sales of {business:the} fell this {period}", "las ventas {business:del} cayeron {period:este}"),
    ("{business:a} will hire {number} {people}", "{business:un} contratará a {number} {people}"),
)  # fmt: skip

POLITICS: tuple[Frame, ...] = (
    ("{chamber:the} approved {law:the} with {number} votes",
     "{chamber:el} aprobó {law:el} con {number} votos"),
    ("{politician:the} defended {law:the} before {chamber:the}",
     "{politician:el} defendió {law:el} ante {chamber:el}"),
    ("the opposition voted against {law:the}", "la oposición votó contra {law:el}"),
    ("{politician:the} opened the campaign for the elections",
     "{politician:el} abrió la campaña para las elecciones"),
    ("{chamber:the} will debate {law:the} for {number} {spans}",
     "{chamber:el} debatirá {law:el} durante {number} {spans}"),
    ("{politician:the} asked {people:the} for their vote", "{politician:el} pidió el voto a {people:el}"),
    ("{name} heads the list of the party", "{name} encabeza la lista del partido"),
)  # fmt: skip

SCHOOL: tuple[Frame, ...] = (
    ("{teacher:the} taught {subject} to {number} {pupils}",
     "{teacher:el} enseñó {subject} a {number} {pupils}"),
    ("{pupils:the} of {school:the} passed the exam in {subject}",
     "{pupils:el} {school:del} aprobaron el examen de {subject}"),
    ("{school:the} bought {number} books of {subject}", "{school:el} compró {number} libros de {subject}"),
    ("classes begin at {school:the} of {town}", "las clases empiezan en {school:el} de {town}"),
    ("{pupils:the} read the lessons with {teacher:the}",
     "{pupils:el} leyeron las lecciones con {teacher:el}"),
    ("{school:the} opens its doors to {pupils:the}", "{school:el} abre sus puertas a {pupils:el}"),
)  # fmt: skip

CULTURE: tuple[Frame, ...] = (
    ("{artist:the} presented {work:a} at {venue:the}", "{artist:el} presentó {work:un} en {venue:el}"),
    ("the audience applauded {artist:the} for {number} minutes",
     "el público aplaudió {artist:al} durante {number} minutos"),
    ("{venue:the} sold all the tickets for {work:the}", "{venue:el} vendió todos los boletos para {work:el}"),
    ("{artist:the} won a prize for {work:the}", "{artist:el} ganó un premio por {work:el}"),
    ("the festival of {town} begins with {work:a}", "el festival de {town} comienza con {work:un}"),
    ("{artist:the} dedicates {work:the} to {place:the}", "{artist:el} dedica {work:el} {place:al}"),
    ("there was music and dance on the stage of {venue:the}",
     "hubo música y danza en el escenario {venue:del}"),
)  # fmt: skip

GENERAL: tuple[Frame, ...] = (
    ("{people:the} of {place:the} met on {day}", "{people:el} {place:del} se reunieron el {day}"),
    ("{name} thanked {people:the} for their help", "{name} agradeció a {people:el} su ayuda"),
    ("{number} {people} came from {town} by bus", "{number} {people} llegaron de {town} en autobús"),
    ("nobody knew what would happen in {calendar}", "nadie sabía qué pasaría en {calendar}"),
    ("{people:the} waited for {number} {spans}", "{people:el} esperaron {number} {spans}"),
    ("{name} travelled to {place:the} with {number} friends", "{name} viajó {place:al} con {number} amigos"),
    ("everything ended well before {day}", "todo terminó bien antes del {day}"),
    ("more details will be known in {number} {spans}", "se conocerán más detalles en {number} {spans}"),
    ("{people:the} asked many questions", "{people:el} hicieron muchas preguntas"),
    ("it was the best news of {period:the}", "fue la mejor noticia {period:del}"),
    ("the meeting closed early because {people:the} could not stay",
     "la reunión cerró temprano porque {people:el} no pudieron quedarse"),
    ("{name} announced the date of the next meeting", "{name} anunció la fecha de la próxima reunión"),
)  # fmt: skip

BORDER_HEALTH: tuple[Frame, ...] = (
    ("{doctors:the} visited {school:the} and vaccinated {number} {pupils}",
     "{doctors:el} visitaron {school:el} y vacunaron a {number} {pupils}"),
    ("{weather:the} left the water dirty and brought {disease}",
     "{weather:el} dejó el agua sucia y trajo {disease:el}"),
    ("{politician:the} announced more {remedies} for {facility:the}",
     "{politician:el} anunció más {remedies} para {facility:el}"),
    ("{business:the} closed because {number} {people} fell ill",
     "{business:el} cerró porque {number} {people} enfermaron"),
    ("{traders:the} with {symptom} could not go to the market",
     "{traders:el} con {symptom} no pudieron ir al mercado"),
    ("{artist:the} performed for {patients:the} of {facility:the}",
     "{artist:el} actuó para {patients:el} {facility:del}"),
)  # fmt: skip

BORDER_OTHER: tuple[Frame, ...] = (
    ("{player:the} injured {joint:the} and will miss {match:the}",
     "{player:el} se lesionó {joint:el} y se perderá {match:el}"),
    ("{player:the} returns to {team:the} without pain in {joint:the}",
     "{player:el} vuelve {team:al} sin dolor en {joint:el}"),
    ("{chamber:the} debated the health budget with {politician:the}",
     "{chamber:el} debatió el presupuesto de salud con {politician:el}"),
    ("{work:the} tells the life of {doctor:a} of {town}",
     "{work:el} cuenta la vida de {doctor:un} de {town}"),
    ("{doctors:the} protested over wages in front of {chamber:the}",
     "{doctors:el} protestaron por sus salarios ante {chamber:el}"),
    ("{school:the} opens a course for future {doctors}", "{school:el} abre un curso para futuros {doctors}"),
    ("{business:the} that sells {remedies} doubled its sales",
     "{business:el} que vende {remedies} duplicó sus ventas"),
    ("{weather:the} closed the road to {facility:the}", "{weather:el} cerró el camino {facility:al}"),
)  # fmt: skip

TOPICS: dict[str, tuple[Frame, ...]] = {
    "sport": SPORT,
    "weather": WEATHER,
    "market": MARKET,
    "politics": POLITICS,
    "school": SCHOOL,
    "culture": CULTURE,
}
