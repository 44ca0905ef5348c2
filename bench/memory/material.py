# ruff: noqa: E501 - a row of a table stays a line
"""What our own histories are made of. Written for this project; no line is from a public set.

`[a|b]` is one of the two (either may be empty), `{name}` is filled in. A table's cells are parted
by ` ; `. What a person tells and what is asked about it later differ in their words on purpose:
each row gives a question near the telling, and one in other words.
"""


def table(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row.split(" ; ")) for row in text.strip().splitlines())


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.replace("\n", " ").split(","))


PEOPLE = words("""
Aaron, Abena, Adele, Agnes, Ahmed, Aisha, Alan, Alba, Alina, Amir, Anders, Anika, Arjun, Astrid,
Bela, Bianca, Boris, Brigid, Bruno, Carla, Cedric, Chen, Clara, Cyrus, Dalia, Damian, Darya, Dmitri,
Edith, Edgar, Elif, Emeka, Enzo, Esther, Fabian, Farid, Fiona, Freya, Gideon, Giulia, Greta, Hana,
Hector, Helga, Hugo, Ida, Imran, Ines, Ivan, Jana, Jasper, Joao, Judith, Kaya, Kenji, Kira, Lamar,
Lars, Leila, Lorenz, Lucia, Magnus, Malik, Marta, Mei, Milo, Mina, Nadia, Nils, Noor, Olga, Omar,
Otis, Paloma, Pavel, Petra, Quentin, Rahel, Ravi, Rosa, Rufus, Sana, Selma, Silas, Sofia, Stefan,
Tamar, Tariq, Tilda, Tomas, Uma, Ursula, Vera, Viktor, Wanda, Yara, Yusuf, Zora
""")

WHEN = words("""
yesterday, last night, this morning, last weekend, last week, on Monday, last Tuesday, on Friday
evening, two days ago, three weeks ago, a month ago, the day before yesterday, last Saturday, this
past Sunday, a fortnight ago, earlier this month, at the start of the week, in spring, last summer,
back in March, in October, a few days ago, five years ago, last year
""")
PLANNED = words("""
next week, tomorrow, this weekend, next month, on Thursday, in two weeks, later this year, in May,
before the winter, as soon as the weather is better
""")

# ── what two friends tell each other ─────────────────────────────────────────────────────────

# told ; in a few words ; asked alike ; asked in other words
EVENTS = table("""
took a pottery class ; pottery ; take a pottery class ; learn to work with clay
ran a half marathon ; the half marathon ; run a half marathon ; finish a long-distance race
adopted a kitten from the shelter ; the kitten ; adopt a kitten ; bring home a rescued cat
moved into a new flat ; the new flat ; move into the new flat ; change apartments
started a job at the library ; the library job ; start at the library ; begin working with books
planted tomatoes on the balcony ; the tomatoes ; plant tomatoes ; start growing vegetables
went to a jazz concert ; the jazz concert ; go to the jazz concert ; hear live music
baked sourdough for the first time ; the sourdough ; bake sourdough ; make bread
broke my wrist on the ice ; my wrist ; break the wrist ; have an accident in winter
bought a second-hand bicycle ; the bicycle ; buy a bicycle ; get a used bike
visited my grandmother in the mountains ; my grandmother ; visit grandmother ; see an old relative
passed the driving test ; the driving test ; pass the driving test ; get a licence to drive
painted the kitchen yellow ; the kitchen ; paint the kitchen ; change the colour of a room
volunteered at the food bank ; the food bank ; volunteer at the food bank ; help people in need
saw a whale from the ferry ; the whale ; see a whale ; spot a huge sea animal
joined a choir ; the choir ; join a choir ; begin to sing in a group
gave a talk at the science fair ; my talk ; give a talk ; speak in front of an audience
lost my wallet on the tram ; the wallet ; lose the wallet ; misplace money and cards
finished writing my first short story ; the short story ; finish a short story ; complete a text
learned to surf ; surfing ; learn to surf ; ride waves
repaired the old radio ; the radio ; repair the radio ; fix a broken device
hiked up the volcano ; the volcano ; hike up the volcano ; climb a mountain
had a job interview at the brewery ; the interview ; have an interview ; apply for work
got engaged ; the engagement ; get engaged ; decide to marry
quit smoking ; smoking ; quit smoking ; give up cigarettes
held a yard sale ; the yard sale ; hold a yard sale ; sell old belongings
camped by the lake ; camping ; camp by the lake ; sleep in a tent
took my son to the aquarium ; the aquarium ; go to the aquarium ; look at fish with a child
won the chess tournament ; the chess tournament ; win the tournament ; come first in a board game
opened an online shop for candles ; the candle shop ; open the shop ; start a small business
went to a protest for cleaner rivers ; the protest ; go to a protest ; demonstrate for nature
sprained my ankle while dancing ; my ankle ; sprain the ankle ; get injured
celebrated my thirtieth birthday ; the birthday ; celebrate the birthday ; have a party for turning thirty
donated blood ; donating blood ; donate blood ; do something for the hospital
built a treehouse with my niece ; the treehouse ; build a treehouse ; make something out of wood
signed up for Italian lessons ; Italian ; sign up for Italian ; begin to study a language
drove along the coast ; the coast ; drive along the coast ; go on a road trip
met my biological father ; my father ; meet the father ; get to know a parent
got a tattoo of a fern ; the tattoo ; get a tattoo ; have ink put on the skin
read a novel about lighthouse keepers ; that novel ; read the novel ; enjoy a work of fiction
was promoted to head nurse ; the promotion ; get promoted ; reach a higher position
graduated from night school ; graduating ; graduate ; complete an education
knitted a scarf for my brother ; the scarf ; knit a scarf ; make warm clothing
watched the solar eclipse ; the eclipse ; watch the eclipse ; look at the sky
hosted a dinner for the neighbours ; the dinner ; host a dinner ; cook for guests
planned a trip to Lisbon ; Lisbon ; plan the trip ; think about a holiday abroad
ordered a telescope ; the telescope ; order a telescope ; purchase something to look at stars
went to couples therapy ; therapy ; go to therapy ; seek help from a counsellor
took apart the engine of the van ; the van ; take the engine apart ; work on a vehicle
recorded a podcast about bees ; the podcast ; record the podcast ; talk about insects
entered a photo contest ; the photo contest ; enter the contest ; hand in pictures
made cheese with a farmer ; the cheese ; make cheese ; produce a dairy food
had my wisdom teeth out ; my teeth ; have teeth removed ; see the dentist
inherited a piano ; the piano ; inherit a piano ; be left an instrument
went ice fishing with colleagues ; ice fishing ; go ice fishing ; catch something with people from work
stopped eating meat ; meat ; stop eating meat ; become a vegetarian
found a fossil on the beach ; the fossil ; find a fossil ; discover something very old
applied for a loan ; the loan ; apply for a loan ; ask the bank for money
coached the girls' football team ; the football team ; coach the team ; train young players
attended my cousin's wedding ; the wedding ; attend the wedding ; celebrate with family
did a first-aid course ; first aid ; do the course ; train for emergencies
framed my watercolours ; the watercolours ; frame the watercolours ; prepare paintings for the wall
played a gig in a cellar bar ; the gig ; play a gig ; perform for a crowd
spent a night at the observatory ; the observatory ; spend a night there ; watch stars
started a book club ; the book club ; start a book club ; bring readers together
wrote a letter to my old teacher ; that letter ; write the letter ; thank somebody from school
""")

# about ; the other asks ; told in answer ; asked later, alike ; in other words ; what fills {x}
ANSWERS = table("""
the dog ; What is the name of your dog? ; [He answers to|It is|We went with] {x}. [A real rascal.|The kids chose it.] ; What is the name of {p}'s dog? ; What is {p}'s pet called? ; PETS
the new car ; Which colour did you pick for the car? ; {x}, [of course|in the end] [, it was the only one left.|, you can see it from far away.] ; What colour is {p}'s car? ; How does the vehicle of {p} look? ; COLOURS
the cake ; That looks tasty! What did you put into it? ; [Mostly|A lot of|Just] {x} [and far too much sugar|and a bit of salt]. ; What did {p} put into the cake? ; What does the dessert of {p} contain? ; FOODS
the instrument ; Which instrument do you play again? ; The {x}, [since I was nine|badly but with joy|every evening]. ; Which instrument does {p} play? ; What kind of music does {p} make? ; INSTRUMENTS
your sister ; What does your sister do these days? ; She is a {x} [now|up north], [and loves it|and never home]. ; What does {p}'s sister do? ; What is the profession of {p}'s sibling? ; JOBS
the holiday ; Where are you off to for the holiday? ; {x}! [I have wanted to see it for ages.|The tickets were cheap.] ; Where does {p} want to go for the holiday? ; Which destination did {p} choose? ; PLACES
your plants ; What grows best in your garden? ; [The|Surprisingly, the] {x}, [by far|they are everywhere]. ; What grows best in {p}'s garden? ; Which plant does well at {p}'s home? ; PLANTS
the running ; How do you stay motivated to run? ; {x}[, mostly.|, believe it or not.] ; What keeps {p} motivated to run? ; What drives {p} to exercise? ; DRIVES
the present ; What did you give your mother in the end? ; A {x}. [She cried a little.|She had hinted at it for months.] ; What did {p} give to the mother? ; Which present did {p} choose for a parent? ; THINGS
the move ; What was the hardest thing about moving? ; [Probably|For me,] {x}. ; What was hardest for {p} about moving? ; What did {p} struggle with after changing homes? ; TROUBLES
the picture on your wall ; What does the picture show? ; {x}[, at dawn|, painted from memory|, quite large]. ; What does {p}'s picture show? ; What can be seen in the painting that {p} owns? ; SIGHTS
the exhibition ; What did you like most there? ; The {x} [room|corner], [hands down|no doubt]. ; What did {p} like most at the exhibition? ; Which part of the museum impressed {p}? ; SHOWN
the old house ; What will you do with the old house? ; [We want to|The plan is to] {x}. ; What will {p} do with the old house? ; What are {p}'s plans for the building? ; PLANS
school ; Which subject did you like best at school? ; {x}, [thanks to a great teacher|even at eight in the morning]. ; Which subject did {p} like best at school? ; What did {p} enjoy learning as a child? ; SUBJECTS
the marathon ; How did you feel when it was over? ; [Honestly,|I would say] {x}. ; How did {p} feel after the marathon? ; What emotion did {p} have when the race was done? ; FEELINGS
the team ; What do you play in the team? ; I am the {x}[, somebody has to|, since last season]. ; What does {p} play in the team? ; What is {p}'s position in the sport? ; POSITIONS
the party ; How many came to the party? ; {x}[, we ran out of chairs|, counting the babies]. ; How many people came to {p}'s party? ; How large was the celebration of {p}? ; NUMBERS
your son ; What does your little one want to become? ; A {x}, [at least this week|what else]. ; What does {p}'s son want to become? ; Which profession does the child of {p} dream of? ; JOBS
the book ; Who gave you that book? ; My {x}[, years ago|, with a note inside]. ; Who gave {p} the book? ; From whom did {p} get something to read? ; KIN
the workshop ; What did you make in the workshop? ; A {x}[, a bit crooked|, my first one]. ; What did {p} make in the workshop? ; Which object did {p} craft? ; THINGS
the tattoo ; What does it stand for? ; {x}[, for me at least|, and a hard year]. ; What does {p}'s tattoo stand for? ; What is the meaning of the ink on {p}'s skin? ; VALUES
your boss ; What did your boss say to that? ; [Only that|Well,] {x}. ; What did {p}'s boss say? ; How did the manager of {p} react? ; REPLIES
the recipe ; Where did you get that recipe from? ; From my {x}[, she swore me to secrecy|, on a postcard]. ; Where did {p} get the recipe from? ; Who taught {p} to cook that dish? ; KIN
the cough ; What does the doctor say about your cough? ; [To rest and|That I should] {x}. ; What did the doctor say about {p}'s cough? ; Which medical advice did {p} receive? ; CURES
""")

PETS = words("Biscuit, Captain, Dumpling, Ember, Fig, Gizmo, Hazelnut, Inky, Juniper, Koala, Lentil, Mango, Nugget, Olive, Pepper, Quill, Radish, Socks, Toffee, Waffle")  # fmt: skip
COLOURS = words("Bottle green, Cream, Dark red, Graphite, Mint, Mustard, Navy, Pale blue, Plum, Rust, Sand, Silver, Turquoise, White")  # fmt: skip
FOODS = words("almonds, apricots, black cherries, cardamom, chestnuts, coconut, dates, figs, ginger, hazelnuts, lemon peel, pears, pistachios, plums, poppy seeds, pumpkin, quinces, rhubarb, walnuts, yoghurt")  # fmt: skip
INSTRUMENTS = words("accordion, banjo, bassoon, cello, clarinet, double bass, drums, flute, harp, mandolin, oboe, organ, saxophone, trombone, trumpet, ukulele, viola")  # fmt: skip
JOBS = words("vet, baker, surgeon, carpenter, translator, pilot, beekeeper, lawyer, geologist, stage designer, firefighter, welder, midwife, sailor, botanist, judge, plumber, astronomer, dentist, park ranger")  # fmt: skip
PLACES = words("Bergen, Cape Town, Chile, Corsica, Edinburgh, Hanoi, Iceland, Jaipur, Krakow, Lima, Madeira, Marrakesh, Montreal, Naples, Oaxaca, Porto, Quebec, Samoa, Sapporo, Tbilisi, Valencia, Wellington")  # fmt: skip
PLANTS = words("basil, beans, begonias, dahlias, fennel, ferns, gooseberries, hollyhocks, kale, lavender, mint, nasturtiums, peonies, radishes, rosemary, squash, sunflowers, thyme")  # fmt: skip
DRIVES = words("The thought of breakfast, My neighbour who waits at the gate, An audio drama, Spite, The silence before six, A bet with my uncle, Old disco songs, My doctor's face, The river at sunrise")  # fmt: skip
THINGS = words("wooden bowl, brooch, teapot, record player, quilt, bird feeder, lamp, chess board, wicker basket, necklace, mirror, vase, hammock, rocking horse, leather belt, globe, music box, knife block, kite, letter opener")  # fmt: skip
TROUBLES = words("the stairs without a lift, leaving my neighbours behind, the noise at night, packing my grandfather's books, finding a school, sleeping without the sea nearby, the paperwork, the piano")  # fmt: skip
SIGHTS = words("A harbour with red boats, Two foxes in the snow, An orchard in bloom, A woman mending nets, The bridge of my home town, An empty fairground, Cranes over a marsh, A night train, A desert after rain")  # fmt: skip
SHOWN = words("dinosaur, glass, clock, puppet, map, armour, textile, meteorite, steam engine, mask, porcelain, butterfly, shadow theatre, shipwreck")  # fmt: skip
PLANS = words("turn it into a bakery, rent it to students, sell it to my cousin, tear it down, restore the roof first, open a guest house, keep goats there, give it to the village")  # fmt: skip
SUBJECTS = words("Geography, Chemistry, Latin, History, Drawing, Physics, Music, Biology, Gymnastics, Mathematics, Handicraft")  # fmt: skip
FEELINGS = words("relieved more than proud, completely empty, like crying, on top of the world, hungry, a little sad that it was over, strangely calm, ten years younger, thankful for my knees")  # fmt: skip
POSITIONS = words("goalkeeper, left back, captain, striker, coach's assistant, setter, scorer, substitute, point guard, sweeper, catcher")  # fmt: skip
NUMBERS = words("About fifteen, Almost forty, Twenty-three, Only seven, Over sixty, Eleven, Nearly a hundred, Thirty-one")  # fmt: skip
KIN = words("aunt, grandfather, godmother, neighbour, old boss, roommate, cousin, brother-in-law, piano teacher, stepmother, twin sister")  # fmt: skip
VALUES = words("Patience, Freedom, New beginnings, My late brother, Courage, Staying curious, The sea, Forgiveness, Home")  # fmt: skip
REPLIES = words("that there is no budget, we should try it for a month, nobody had ever asked before, it was about time, I could have the Fridays off, she would think about it, he wanted it in writing")  # fmt: skip
CURES = words("drink sage tea, inhale salt water, stay off the bike for two weeks, have my lungs checked, take the pills to the end, avoid dust, sleep with an open window")  # fmt: skip

# asked ; asked in other words ; what is told at different times (each holds a part of the answer)
MANY = table("""
What sports does {p} do? ; How does {p} keep fit? ; [Tennis|The tennis match] [was rough today|went well], my serve is back. ; I swam forty lengths before work. ; My climbing partner and I did the overhang. ; Rowing on the canal [was|felt] [lovely|hard].
Which countries has {p} visited? ; Where has {p} travelled? ; When I was in Norway the sun never set. ; Morocco [smelled of|was all] mint and leather. ; We got lost in Vietnam [once|twice]. ; The trains in Japan spoiled me.
What does {p} cook? ; Which dishes has {p} made? ; My lasagne [came out|turned out] perfect. ; I made dumplings [with the kids|all evening]. ; There is a pot of lentil soup on the stove. ; The curry was too hot, even for me.
What pets does {p} have? ; Which animals live with {p}? ; My parrot has learned to swear. ; The tortoise [escaped|dug itself out] again. ; My two rabbits [ate|gnawed through] the cable. ; The goldfish got a bigger tank.
Which books has {p} read? ; What did {p} enjoy reading? ; I could not put down "The Salt Road". ; "Winter of the Crows" [made me cry|kept me up]. ; I am halfway through "A House of Paper". ; "Nine Doors" has the best ending.
What has {p} painted? ; Which subjects appear in {p}'s art? ; I painted the harbour at dusk. ; My canvas with the horses is dry. ; I tried a self-portrait [in blue|with my left hand]. ; The still life with lemons [is done|hangs in the hall].
What does {p} do to relax? ; How does {p} deal with stress? ; A long bath [saved my evening|and I am human again]. ; I meditate for ten minutes at dawn. ; Knitting keeps my hands busy. ; I walk along the dyke till my head is empty.
Which instruments has {p} tried? ; What has {p} played music on? ; I picked the guitar up again. ; The violin [squeaks like a cat|is merciless]. ; I took one lesson on the drums. ; My neighbour lends me her harmonica.
What has {p} bought lately? ; On what did {p} spend money? ; The new boots [pinch|are a dream]. ; I got a coffee grinder. ; I gave in and ordered the red sofa. ; I found a vintage lamp at the flea market.
Which problems does {p} have with the house? ; What is broken at {p}'s home? ; The roof leaks over the bed. ; Our boiler [died|gave up] again. ; There are mice in the pantry. ; The front door [sticks|will not lock].
What is {p} learning? ; Which skills does {p} want to gain? ; My Portuguese is getting there. ; I am teaching myself to code. ; Sign language is harder than I thought. ; I watched a course on welding.
Where has {p} worked? ; Which jobs did {p} have? ; When I was a postman I knew every dog. ; At the bank they made me wear a tie. ; My summer in the cannery [taught me a lot|smelled]. ; I used to tune pianos.
What do {p}'s children like? ; Which interests do the kids of {p} have? ; My daughter collects beetles. ; The boys are mad about trains. ; My youngest dances all day. ; My eldest only wants to bake.
What does {p} grow? ; Which plants does {p} care for? ; The beans are up to my chin. ; My orchid has two new flowers. ; I put garlic in before the frost. ; The lemon tree had to come inside.
Which concerts did {p} go to? ; What music has {p} heard live? ; The string quartet played in a barn. ; We saw a reggae band on the pier. ; The organ recital shook the windows. ; A punk trio played for nine people.
What does {p} collect? ; Which things does {p} gather? ; I found another enamel sign. ; My stamps from the islands are complete. ; I own eighty-one thimbles now. ; Somebody gave me a bag of sea glass.
How does {p} help others? ; What good does {p} do for the community? ; I read to the old people on Wednesdays. ; We cleaned the river bank. ; I tutor two boys in fractions. ; I drive the soup van once a month.
What has {p} been ill with? ; Which health problems did {p} have? ; My back went out again. ; The migraine [lasted|took] two days. ; Hay fever has me in its grip. ; I have a tooth that throbs.
""")

# told ; asked ; asked in other words
REASONS = table("""
I left the agency because nobody there ever went home before nine. ; Why did {p} leave the agency? ; What made {p} change employers?
I gave up the allotment since my knees cannot take it any more. ; Why did {p} give up the allotment? ; What ended {p}'s gardening?
I started boxing to get my anger out. ; Why did {p} start boxing? ; What is the reason for {p}'s combat sport?
We sold the boat, the mooring cost more than the rent. ; Why did {p} sell the boat? ; What made the vessel too expensive for {p}?
I deleted all the apps so that I can sleep again. ; Why did {p} delete the apps? ; How does {p} fight sleeplessness?
I came back home to look after dad. ; Why did {p} come back home? ; What brought {p} back to the family?
I write everything by hand now, screens make me tired. ; Why does {p} write by hand? ; Why does {p} avoid computers?
We called off the wedding, it was the wrong year for it. ; Why did {p} call off the wedding? ; Why is {p} not married yet?
I became a nurse after what they did for my brother. ; Why did {p} become a nurse? ; What inspired {p}'s career?
I never fly, I was in a bad storm as a child. ; Why does {p} never fly? ; What is {p} afraid of, and since when?
I learn the accordion to play at my daughter's wedding. ; Why does {p} learn the accordion? ; For which occasion does {p} practise music?
I took the night shift for the quiet. ; Why did {p} take the night shift? ; What does {p} like about working late?
We keep the shop small on purpose, growth nearly ruined us once. ; Why does {p} keep the shop small? ; What does {p} think of expanding a business?
I cut my hair for charity. ; Why did {p} cut the hair? ; What did {p} do for a good cause?
I planted the oak for the child we lost. ; Why did {p} plant the oak? ; How does {p} remember a loss?
I switched to tea, coffee makes my hands shake. ; Why did {p} switch to tea? ; Which drink does not agree with {p}?
""")

# one advises, the other had said ; the advice ; asked ; asked in other words
ADVICE = table("""
I cannot sleep these days. ; You should [try|give] magnesium and a cold room [a chance|]. ; What did {q} recommend to {p} for sleeping? ; Which remedy against insomnia did {q} know?
My report is due and the page is empty. ; Write the ugly version first, [fix it later|polish afterwards]. ; What did {q} advise {p} about the report? ; How should {p} begin with writing, says {q}?
The neighbours are so loud. ; [Bring them|Try] a cake and ask about their week. ; What did {q} suggest about the neighbours? ; How could {p} deal with noise, in {q}'s opinion?
I have nothing to wear for the gala. ; Rent something, there is a place by the station. ; What did {q} suggest for the gala? ; Where could {p} find clothes, according to {q}?
My plants keep dying on me. ; You drown them, water once a week. ; What did {q} say about the plants? ; What does {p} do wrong with the greenery, says {q}?
I do not know what to read next. ; Take "The Glass Ferry", you will finish it in a day. ; Which book did {q} recommend? ; What should {p} read, says {q}?
I am so nervous about the exam. ; Teach it to a rubber duck the night before. ; What did {q} advise about the exam? ; How should {p} prepare for the test, according to {q}?
My phone is always empty. ; Switch off the location thing, it eats the battery. ; What did {q} say about the phone? ; How can {p} save power, says {q}?
We want to eat out on Sunday. ; Go to the Lebanese place behind the church. ; Which restaurant did {q} recommend? ; Where could {p} have dinner, says {q}?
I would like to get fitter. ; Start with stairs, no lift for a month. ; What did {q} recommend to get fitter? ; Which exercise did {q} propose?
I keep forgetting birthdays. ; Write them on the bathroom door. ; What did {q} suggest for birthdays? ; How could {p} remember dates, in {q}'s opinion?
My bread never rises. ; Your yeast is dead, keep it in the freezer. ; What did {q} say about the bread? ; Which baking tip did {q} give?
""")

# the other asks on ; told in answer ; asked later, alike ; in other words ; what fills {x}
FOLLOW = table("""
How was it? ; [Harder|Better|Longer|Louder] than I thought, {x}. ; How did {p} like {about}? ; What does {p} think of {about}? ; AFTER
Who went with you? ; My {x}[, as always|, and we laughed a lot|, who else]. ; Who was with {p} for {about}? ; Which companion had {p}, as for {about}? ; KIN
What made you do it? ; I wanted to {x}[, that is all|, honestly|, at last]. ; Why did {p} {alike}? ; What was {p}'s reason for {about}? ; WISHES
Where was that? ; In {x}[, right by the river|, a bit outside|, near the old mill]. ; Where did {p} {alike}? ; At which place did {p} {otherwise}? ; PLACES
And what comes next? ; [First|Next] I will {x}[, then we will see|, if all goes well]. ; What does {p} plan after {about}? ; What is the next step of {p} since {about}? ; NEXT
Did anything go wrong? ; [Of course:|Well,] {x}[, but nobody noticed|, what a mess]. ; What went wrong with {about} for {p}? ; Which difficulty did {p} have with {about}? ; MISHAPS
What does your family say? ; They {x}[, mostly my brother|, you know them]. ; What does {p}'s family say about {about}? ; How do the relatives of {p} see {about}? ; OPINIONS
How much did that cost you? ; {x}[, all in all|, I saved for it|, do not tell anyone]. ; How much did {p} pay for {about}? ; What did {about} cost {p}? ; PRICES
""")
AFTER = words("but I would do it again, my hands still shake, I loved every minute, I slept for two days, the people were wonderful, it rained the whole time, I had expected less, I learned so much about myself")  # fmt: skip
WISHES = words("prove something to myself, do something with my hands, get out of the house, meet new people, keep a promise to my father, forget the divorce, show my students that it can be done, feel young again, stop worrying, set an example")  # fmt: skip
NEXT = words("save some money, teach my sister, rest for a month, try it abroad, write about it, buy proper gear, enter a competition, find a partner for it, do it with the whole family, ask for a day off")  # fmt: skip
MISHAPS = words("I forgot my glasses, the car broke down, somebody fainted, the power went out, I tore my jacket, we came an hour late, the papers were wrong, a dog ran off with the bag, I lost my voice")  # fmt: skip
OPINIONS = words("are proud, think I am crazy, want to join, did not even ask, laughed at first, worry too much, gave me flowers, bet against it, cried at the door")  # fmt: skip
PRICES = words("Eighty euros, Nothing at all, Two hundred and ten, A month's pay, Twelve fifty, Around a thousand, Half of my savings, Three favours and a cake")  # fmt: skip
ABOUT = (
    "[I could talk about {about} for hours|There is so much to say about {about}|Nobody warns you about {about}], [it changes how you see things|you learn as you go|and it never gets boring].",
    "[What I like about {about} is|The thing with {about} is|With {about} it is always] [the quiet|the people|that you forget the time|the little details].",
    "[Do you think|Would you say] {about} [is something for me|is worth the effort|gets easier with time], {q}?",
    "[I have to admit|To be honest] {about} [scared me at first|was never my thing|sounds exhausting], [but you make me curious|hats off to you, {q}|so well done].",
    "[You really put your heart into|You have such a way with|You light up when it comes to] {about}, {q}[!|.] [It shows.|Do not stop.|]",
    "[My mother|An old friend|A colleague of mine] [was just like that with|told me a lot about|swears by] {about}[, small world|, to this day|, funny enough].",
    "[How do you find time for|How did you get into|What is the best part of] {about}?",
    "[It started as a joke|I found the time somehow|It is the best part of my week], [{about} and all|to be fair|and I am glad].",
)

TURNS = (
    "[And you|What about you], {q}?",
    "[How was your week?|How is the family?|What are you up to?|Anything new with you?]",
    "[Have you ever done something like that?|Would you do that?|Can you imagine?]",
    "[What do you think?|Crazy, right?|Good idea, or not?]",
)
OPENINGS = (
    "[Hey|Hi|Hello|Good morning|Good evening] {q}! [How are things?|How have you been?|Long time no see.|What is new with you?]",
    "{q}, [there you are|good to hear from you]! [How was your week?|Tell me everything.|Are you well?]",
    "[Hi again|Hey you], [what a week|I have been meaning to write|finally a free minute]. [And you?|How is life?]",
)
REACTIONS = (
    "[Wow|Oh|Ha], {q}, [that is great|I love that|that sounds like you|good for you]! [I would never have dared.|You must be happy.|Tell me more.|]",
    "[That is wonderful|So glad to hear that|That made my day]! {about} [is really something|must mean a lot to you|suits you].",
    "[I am so sorry|That must be hard|Oh no], {q}. [Take care of yourself.|I am here if you need me.|Things will get better.]",
    "[No way|Really|Seriously]? {about}? [I had no idea.|You never told me.|How come?]",
    "[Thanks|Thank you], {q}! [It means a lot.|You are kind.|I needed that today.]",
    "[Absolutely|Exactly|I could not agree more]. [Small things matter.|It is about trying.|One day at a time.|Family first.]",
    "[Keep me posted|Let me know how it goes|Send me a picture]! [I am curious about {about}.|I want to hear all about {about}.|]",
    "[I remember you talking about|You and] {about}[, it runs in the family|, I am not surprised|! I have to laugh].",
)
SMALL_TALK = (
    "[It has rained for days here|The heat is unbearable|The leaves are turning|We had the first snow], [so I stayed in|and the dog loves it|everybody is in a mood].",
    "[Work is|My days are] [busy|a mess|quiet] [at the moment|as always], [but I cannot complain|I need a break|you know how it is].",
    "[I was thinking|I keep thinking] about {about} [lately|the other day], [do not ask me why|it will not let me go|funny, is it not].",
    "[Have you seen|Did you hear about] the [new bridge|market hall|strike|street festival]? [Everybody talks about it.|I do not know what to think.]",
    "[I should|I had better] [go to bed|get back to work|start dinner]. [Talk soon, {q}!|Take care!|Bye for now!]",
    "[What do you think|Any plans for the weekend], {q}? [I might just sleep.|I have none so far.|Maybe a walk?]",
    "[My boss|My neighbour|The landlord|My cousin] [called|came by|is at it again], [what a character|I had to laugh|it took an hour].",
    "[Somebody should|One day I will] [write a book about this|learn to say no|tidy the cellar].",
    "[I wish I could try|I would love to try] {about} [one day|too], [it looks like fun|maybe next year|if I find the time].",
)

# ── what an assistant is told and says ───────────────────────────────────────────────────────

# the person ; the assistant ; asked about the person's words ; asked about the assistant's
TASKS = table("""
[I am|We are] planning a move to {place} and have {number} weeks left. ; Start with the contracts: give notice for power and internet, then book the van for a weekday, which is cheaper in {place}. ; How many weeks did I have left before the move? ; What did you say about the van?
My budget for the laptop is {number}00 euros and I edit photos of {plant}. ; For photos the screen matters more than the processor: look for full sRGB and 16 GB, and skip the graphics card at {number}00 euros. ; What was my budget for the computer? ; What matters more than the processor, did you say?
I am allergic to {food}, please keep that in mind for the menu. ; Noted. I replaced it with roasted seeds, and the dessert is now a {food2} tart without nuts. ; Which food am I allergic to? ; What dessert did you propose for the menu?
My thesis is about {sight} and the deadline is in {number} weeks. ; Split it into an outline, one chapter a week and a last week only for the references; begin with the methods, they are easiest. ; What is my thesis about? ; With which chapter should I begin, in your opinion?
The interview with the {job} is on Thursday and I am nervous. ; Prepare three stories with a problem, what you did and what came of it; the {job} will ask about a failure as well. ; When is my interview? ; How did you tell me to prepare for the interview?
I run {number} kilometres twice a week and my knee hurts since {place}. ; Halve the distance for a fortnight, strengthen the hips, and see a physiotherapist if it swells. ; Since when does my knee hurt? ; What did you recommend against the pain?
Our team uses {tool} and the build takes {number} minutes. ; Cache the dependencies first, then run the tests in parallel; with {tool} that alone usually halves the time. ; How long does our build take? ; What would speed the build up, according to you?
My daughter {name} turns {number} and loves {shown} things. ; A treasure hunt with {shown} riddles, six children at most, and a cake in the same shape. ; How old will my daughter be? ; Which game did you suggest for the birthday?
I speak {language} a little and want to read the newspaper in a year. ; Learn the two thousand most frequent words with cards, then read one short article in {language} each day. ; Which language do I want to read? ; How many words should I learn first?
I inherited {number} thousand and my parents want me to buy a flat in {place}. ; Keep half a year of expenses apart; compare rent and interest before you buy in {place}, and put the rest into a broad fund. ; How much did I inherit? ; What did you say I should keep apart?
Please write the letter to {company}, they charged me {number} euros twice. ; I kept it short: the two dates, the amount of {number} euros, and a deadline of fourteen days for {company} to pay back. ; Which company charged me twice? ; Which deadline did you set in the letter?
My sourdough smells of {food} and does not rise in this kitchen. ; That is normal in the first week: feed it daily at 26 degrees, and throw half away each time. ; What does my sourdough smell of? ; How often should the dough be fed, did you say?
""")
LANGUAGES = words("Danish, Dutch, Farsi, Finnish, Greek, Hindi, Hungarian, Italian, Korean, Polish, Swahili, Turkish, Urdu, Welsh")  # fmt: skip
TALK = (
    "[Thanks|Okay|Good], [that helps|I will try that|makes sense]. [And what about|Now to] {about}?",
    "[Can you|Could you] [shorten|explain|rewrite] that [a bit|for a beginner|as a list]?",
    "[What would you do|Which is better] [if money is tight|in my case|with little time]?",
)
EXPLAINED = (
    "[Certainly|Of course]. [In general|As a rule] {about} [depends on three things|is simpler than it looks]: time, money and how much you care. [First|To begin], make a list. [Then|After that], strike half of it.",
    "[Here is a shorter version|In short]: {about} [comes first|can wait], everything else follows from that. [Tell me if you want more detail.|Shall I go on?]",
    "[It depends|There is no single answer]. [With little time|If money is tight], leave {about} as it is and look at it again in a month.",
)

# ── what an agent files ──────────────────────────────────────────────────────────────────────

# filed ; asked ; asked in other words
LOGS = table("""
Lesson: {file} is separated by {mark}; reading it with the default [fails|gives one column]. ; How is {file} separated? ; What must be minded when parsing {stem}?
Lesson: {tool} needs the option {option}, else it [hangs|waits for input] on {host}. ; Which option does {tool} need on {host}? ; Why did {tool} hang, and what helps?
Lesson: the tests of {stem} [fail|break] when TZ is not UTC; set it before running them. ; What do the tests of {stem} need? ; Why do the checks of {stem} break?
Fact: {host} listens on port {port}. ; On which port does {host} listen? ; How is the {service} reached on {host}?
Fact: the {service} on {host} is restarted with {command}. ; How is the {service} on {host} restarted? ; What brings the {service} back up on {host}?
Fact: backups of {host} lie in {folder}, the newest is {number} days old. ; Where do the backups of {host} lie? ; Which folder holds the saved copies of {host}?
Fact: {name} is responsible for {stem} and wants to be told before a release. ; Who is responsible for {stem}? ; Who has to be informed before {stem} is shipped?
Fact: the password of {service} is rotated every {number} days by {name}. ; How often is the password of {service} rotated? ; Who changes the credentials of {service}?
Tried: updating {tool} to {version} on {host}; [failed|stopped], {error}. ; Why did updating {tool} on {host} fail? ; What went wrong with the upgrade of {tool}?
Tried: importing {file} into the {service}; failed, {error}. ; Why could {file} not be imported? ; What happened when {file} was loaded?
Tried: {command} for the task about {stem}; [done|worked] after {number} minutes. ; What worked for the task about {stem}? ; How was the {stem} job finished?
Done: the report on {stem} for {name} has {number} pages and lies in {folder}. ; Where does the report on {stem} lie? ; What was written for {name}?
Done: renamed {number} files in {folder} by date, duplicates were kept. ; What was done with the files in {folder}? ; How were the documents in {folder} ordered?
Done: {stem} now [computes|gives] totals per region instead of per shop, as {name} asked. ; How does {stem} compute totals now? ; What did {name} want changed in {stem}?
Lesson: {name} wants tables without prose and numbers with two decimals. ; How does {name} like reports? ; Which format does {name} expect for results?
Lesson: searching the web for {service} gives mostly advertising; the manual in {folder} is better. ; Where is good information about {service}? ; What should be read instead of searching for {service}?
Fact: {company} delivers on {weekday}s, invoices come {number} days later. ; When does {company} deliver? ; On which day do goods from {company} arrive?
Fact: column {column} of {file} holds the {unit}, not the price. ; What does column {column} of {file} hold? ; How is {column} to be understood?
Tried: {tool} against {host} from the sandbox; refused, {host} is not on the list of allowed hosts. ; Why was {tool} refused? ; What keeps {tool} from reaching {host}?
Lesson: {file} has {number} rows with an empty {column}; they are test orders and are dropped. ; What about the rows of {file} with an empty {column}? ; Which entries of {file} are left out?
""")
STEMS = words("billing, inventory, payroll, churn, forecast, onboarding, shipping, returns, pricing, survey, telemetry, rota, ledger, catalogue, newsletter, tickets, warranty, energy, audit, quota")  # fmt: skip
ENDINGS = words(".csv, .xlsx, .json, .log, .parquet, .sql, .txt, _2024.csv, _final.xlsx, _raw.json")
MARKS = words("semicolons, tabs, pipes, spaces of fixed width, carets")
TOOLS = words("rsync, terraform, pandas, ffmpeg, psql, docker, npm, pytest, ansible, curl, gradle, helm, pdftotext, cargo, make, webpack, celery, redis-cli")  # fmt: skip
OPTIONS = words("--no-input, --batch, --yes, -T, --force-local, --quiet, --legacy, --single-branch, --no-cache, --wait")  # fmt: skip
HOSTS = words("amber, basalt, cobalt, dune, elm, flint, garnet, heron, iris, jade, kestrel, larch, moss, nimbus, onyx, pine, quartz, raven, slate, tern")  # fmt: skip
SERVICES = words("proxy, mail relay, database, message queue, wiki, license server, search index, scheduler, gateway, cache, print server, image store")  # fmt: skip
COMMANDS = words("systemctl restart, a full reboot, the script bounce.sh, supervisorctl reload, killing the oldest worker, make redeploy, clearing the lock file")  # fmt: skip
FOLDERS = words("/srv/archive, /var/backups, /data/cold, /mnt/vault, /home/ops/out, /opt/reports, /exports/daily, /work/inbox, /srv/share/finance")  # fmt: skip
ERRORS = words("the disk was full, the certificate had expired, a lock was held by another process, two columns had the same name, the token was for another project, the archive was truncated, memory ran out at the third step, a header was missing, the encoding was not UTF-8")  # fmt: skip
COMPANIES = words("Nordwind, Pellar, Quantis, Brightwell, Osterhaus, Tamarind, Velo Post, Kupfer & Sons, Halden, Mirabel, Sundance Foods, Aldor")  # fmt: skip
COLUMNS = words("amount, net, qty, ref, status, zone, weight, code, rate, origin")
UNITS = words(
    "weight in kilograms, number of boxes, discount, tax, count of returns, customer number"
)
WEEKDAYS = words("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday")
STEPS = (
    "Looked into {folder}: {number} files, the largest is {file}.",
    "[Ran|Started] {tool} on {host}; it took {number} seconds.",
    "[Read|Opened] {file}; {number} rows, columns {column} and ref.",
    "[Asked|Wrote to] {name} about {stem}; no answer yet.",
    "[Checked|Compared] the totals of {stem} with {file}; they [agree|differ by {number}].",
    "[Searched|Grepped] for {stem} in {folder}; {number} hits.",
    "The {service} on {host} [answered|was slow] [at first|again].",
)

# filed one after the other, with another {code} each ; asked ; asked in other words
SERIES = table("""
Order {code} went to {company} on {weekday}. ; Which company got order {code}? ; When was order {code} sent?
Note {code}: the {column} of {stem} is {number}. ; What is the {column} in note {code}? ; What does note {code} say?
Ticket {code}: {name} reports that {error}. ; What does ticket {code} report? ; Who wrote ticket {code}?
Room {code} is kept for {name} until {weekday}. ; Who has room {code}? ; Until when is room {code} taken?
Fact: server {code} runs the {service}, version {version}. ; What runs on server {code}? ; Which version is on {code}?
Invoice {code} of {company}: {number} euros, due on {weekday}. ; How much is invoice {code}? ; When must {code} be paid?
Box {code} holds the {unit}. ; What does box {code} hold? ; What is kept in {code}?
Read {code}; {number} rows, the {column} is empty in some. ; How many rows has {code}? ; What is empty in {code}?
User {code} speaks {language} and lives in {place}. ; Where does user {code} live? ; Which language has {code}?
""")
